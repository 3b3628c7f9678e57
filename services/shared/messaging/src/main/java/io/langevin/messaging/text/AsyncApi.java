package io.langevin.messaging.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import io.langevin.process.Version;
import java.time.Duration;
import org.apache.avro.Schema;

/** Every topic and its record as one document of AsyncAPI 3. */
public final class AsyncApi {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String AVRO = "application/vnd.apache.avro+json;version=1.9.0";

    private AsyncApi() {}

    /**
     * @param prefix what topic names begin with
     */
    public static ObjectNode of(String prefix) {
        ObjectNode document = NODES.objectNode().put("asyncapi", "3.0.0");
        ObjectNode info =
                document.putObject("info")
                        .put("title", "Langevin")
                        .put("version", Version.NUMBER)
                        .put(
                                "description",
                                "Score-based image generation by events. Values are Avro in"
                                        + " Confluent's wire format; keys are text.");
        info.putObject("license")
                .put("name", "Apache-2.0")
                .put("url", "https://www.apache.org/licenses/LICENSE-2.0");
        document.put("defaultContentType", "application/avro");
        ObjectNode channels = document.putObject("channels");
        ObjectNode components = document.putObject("components");
        ObjectNode messages = components.putObject("messages");
        for (Topic<?> topic : Topics.all()) {
            String name = topic.type().getSimpleName();
            channels.set(topic.suffix(), channel(topic, prefix, name));
            messages.set(name, message(topic.schema(), name));
        }
        components.putObject("schemas").set("headers", headers());
        return document;
    }

    private static ObjectNode channel(Topic<?> topic, String prefix, String message) {
        ObjectNode channel = NODES.objectNode().put("address", prefix + topic.suffix());
        channel.putObject("messages")
                .putObject(message)
                .put("$ref", "#/components/messages/" + message);
        ObjectNode kafka = channel.putObject("bindings").putObject("kafka");
        kafka.put("topic", prefix + topic.suffix()).put("partitions", topic.partitions());
        ObjectNode configuration = kafka.putObject("topicConfiguration");
        configuration.putArray("cleanup.policy").add(topic.kept().isEmpty() ? "compact" : "delete");
        topic.kept()
                .map(Duration::toMillis)
                .ifPresent(kept -> configuration.put("retention.ms", kept));
        configuration.put("max.message.bytes", Topic.LARGEST_RECORD);
        kafka.put("bindingVersion", "0.5.0");
        return channel;
    }

    private static ObjectNode message(Schema schema, String name) {
        ObjectNode message = NODES.objectNode().put("name", name).put("summary", schema.getDoc());
        message.putObject("headers").put("$ref", "#/components/schemas/headers");
        ObjectNode payload = message.putObject("payload").put("schemaFormat", AVRO);
        payload.set("schema", parsed(schema));
        return message;
    }

    private static JsonNode parsed(Schema schema) {
        try {
            return new ObjectMapper().readTree(schema.toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a schema is JSON", e);
        }
    }

    private static ObjectNode headers() {
        ObjectNode headers = NODES.objectNode().put("type", "object");
        ObjectNode properties = headers.putObject("properties");
        for (String name :
                new String[] {
                    "ce_specversion",
                    "ce_id",
                    "ce_type",
                    "ce_source",
                    "ce_time",
                    "content-type",
                    "traceparent",
                    "tracestate"
                }) {
            properties.putObject(name).put("type", "string");
        }
        return headers;
    }
}
