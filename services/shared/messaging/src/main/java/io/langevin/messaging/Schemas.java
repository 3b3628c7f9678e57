package io.langevin.messaging;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schemas of the topics in the registry, one subject {@code <topic>-value} each
 * (TopicNameStrategy). Waits for a registry that does not answer, and says so once.
 */
public final class Schemas {
    private static final Logger LOG = LoggerFactory.getLogger(Schemas.class);
    private static final int CACHED = 1_000;
    private static final long RETRY_MILLIS = 500;

    private final KafkaConfig kafka;
    private final SchemaRegistryClient registry;
    private final Map<Topic<?>, AvroSerde<?>> serdes = new ConcurrentHashMap<>();

    /** A registry {@code mock://name} lives in this process: for tests without a broker. */
    public Schemas(KafkaConfig kafka) {
        this(
                kafka,
                SchemaRegistryClientFactory.newClient(
                        List.of(kafka.registry()),
                        CACHED,
                        List.of(new AvroSchemaProvider()),
                        Map.of(),
                        Map.of()));
    }

    Schemas(KafkaConfig kafka, SchemaRegistryClient registry) {
        this.kafka = kafka;
        this.registry = registry;
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
        AvroSerde<T> serde = new AvroSerde<>(registry, topic, id);
        serdes.put(topic, serde);
        return serde;
    }

    private String subject(Topic<?> topic) {
        return kafka.name(topic) + "-value";
    }

    private interface RegistryCall<R> {
        R call() throws IOException, RestClientException;
    }

    private <R> R askingTheRegistry(RegistryCall<R> call) throws InterruptedException {
        boolean said = false;
        while (true) {
            try {
                return call.call();
            } catch (RestClientException e) {
                if (e.getStatus() < 500) {
                    throw new ConfigurationException(
                            "registry %s: %s; register the schemas with: ./langevin topics create"
                                    .formatted(kafka.registry(), e.getMessage()),
                            e);
                }
                said = saidThatItWaits(said, e);
            } catch (IOException e) {
                said = saidThatItWaits(said, e);
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }

    private boolean saidThatItWaits(boolean said, Exception e) {
        if (!said) {
            LOG.atWarn()
                    .addKeyValue("registry", kafka.registry())
                    .addKeyValue("reason", e.getMessage())
                    .log("waiting for the schema registry");
        }
        return true;
    }
}
