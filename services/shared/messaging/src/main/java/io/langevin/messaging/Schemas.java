package io.langevin.messaging;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.langevin.process.ConfigurationException;
import io.langevin.process.Patience;
import io.langevin.process.Patience.AwayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * The schemas of the topics in the registry, one subject {@code <topic>-value} each
 * (TopicNameStrategy).
 */
public final class Schemas {
    private static final int CACHED = 1_000;
    private static final String TIMEOUT_MILLIS = "5000";

    private final KafkaConfig kafka;
    private final Patience patience;
    private final SchemaRegistryClient registry;
    private final WriterSchemas writers;
    private final Map<Topic<?>, AvroSerde<?>> serdes = new ConcurrentHashMap<>();

    /** A registry {@code mock://name} lives in this process: for tests without a broker. */
    public Schemas(KafkaConfig kafka) {
        this(kafka, Patience.ENDLESS);
    }

    /**
     * @param patience with a registry that does not answer when a topic's own schema is asked for
     */
    public Schemas(KafkaConfig kafka, Patience patience) {
        this.kafka = kafka;
        this.patience = patience;
        this.registry =
                SchemaRegistryClientFactory.newClient(
                        List.of(kafka.shownRegistry()),
                        CACHED,
                        List.of(new AvroSchemaProvider()),
                        settings(kafka),
                        Map.of());
        this.writers = new WriterSchemas(registry);
    }

    /** Who asks is told apart from the address: the client writes the address into its log. */
    private static Map<String, String> settings(KafkaConfig kafka) {
        Map<String, String> settings = new HashMap<>();
        settings.put(SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS, TIMEOUT_MILLIS);
        settings.put(SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS, TIMEOUT_MILLIS);
        kafka.registryUser()
                .ifPresent(
                        user -> {
                            settings.put(
                                    SchemaRegistryClientConfig.BASIC_AUTH_CREDENTIALS_SOURCE,
                                    "USER_INFO");
                            settings.put(SchemaRegistryClientConfig.USER_INFO_CONFIG, user);
                        });
        return settings;
    }

    /** Registers today's schema of every topic; what is there already stays. */
    public void registerAll() throws InterruptedException {
        for (Topic<?> topic : Topics.all()) {
            askingTheRegistry(
                    () -> {
                        registry.updateCompatibility(subject(topic), "FULL_TRANSITIVE");
                        return registry.register(subject(topic), new AvroSchema(topic.schema()));
                    });
        }
    }

    /**
     * The topic's serde.
     *
     * @throws ConfigurationException where the registry lacks the topic's schema
     */
    @SuppressWarnings("unchecked") // a topic's serde is put in under that topic alone
    public <T extends SpecificRecord> AvroSerde<T> serde(Topic<T> topic)
            throws InterruptedException {
        AvroSerde<?> known = serdes.get(topic);
        if (known != null) {
            return (AvroSerde<T>) known;
        }
        int id =
                askingTheRegistry(
                        () -> registry.getId(subject(topic), new AvroSchema(topic.schema())));
        writers.know(id, topic.schema()); // its own records need no registry from now on
        AvroSerde<T> serde = new AvroSerde<>(writers, topic, id);
        serdes.put(topic, serde);
        return serde;
    }

    /**
     * A record in JSON, by the schema that it was written with; empty where the bytes are no
     * record.
     *
     * @param longest characters of it; where it has more, the text ends in its middle with …
     * @throws UncheckedIOException where the registry is needed and cannot be reached
     */
    public Optional<String> text(byte[] value, int longest) {
        return WrittenRecord.read(value, writers)
                .map(record -> new BoundedText(longest).of(record));
    }

    private String subject(Topic<?> topic) {
        return kafka.name(topic) + "-value";
    }

    private interface RegistryCall<R> {
        R call() throws IOException, RestClientException;
    }

    private <R> R askingTheRegistry(RegistryCall<R> call) throws InterruptedException {
        return patience.waitFor(
                "the schema registry " + kafka.shownRegistry(),
                "start it, or name another one with --registry",
                () -> once(call));
    }

    private <R> R once(RegistryCall<R> call) throws AwayException {
        try {
            return call.call();
        } catch (RestClientException e) {
            if (RegistryErrors.isAway(e)) {
                throw new AwayException(e);
            }
            throw new ConfigurationException(
                    "registry %s: %s; register the schemas with: ./langevin topics create"
                            .formatted(kafka.shownRegistry(), e.getMessage()),
                    e);
        } catch (IOException e) {
            throw new AwayException(e);
        }
    }
}
