package io.langevin.messaging.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** The document of all topics is that of the code (-Dgolden=1 writes it anew). */
class AsyncApiTest {
    private static final Path DOCUMENT = Path.of("../../../docs/contract/asyncapi.json");

    @Test
    void the_document_is_the_one_that_the_code_makes() throws IOException {
        String made = AsyncApi.of(KafkaConfig.DEFAULT_PREFIX).toPrettyString() + "\n";
        if (System.getProperty("golden") != null) {
            Files.writeString(DOCUMENT, made);
        }
        assertThat(made).isEqualTo(Files.readString(DOCUMENT));
    }

    @Test
    void every_topic_has_a_channel_whose_message_is_its_schema() throws IOException {
        JsonNode document = new ObjectMapper().readTree(DOCUMENT.toFile());
        for (Topic<?> topic : Topics.all()) {
            JsonNode channel = document.path("channels").path(topic.suffix());
            assertThat(channel.path("address").asText()).isEqualTo("langevin." + topic.suffix());
            String message = channel.path("messages").fieldNames().next();
            JsonNode schema =
                    document.path("components")
                            .path("messages")
                            .path(message)
                            .path("payload")
                            .path("schema");
            assertThat(new Schema.Parser().parse(schema.toString())).isEqualTo(topic.schema());
        }
    }
}
