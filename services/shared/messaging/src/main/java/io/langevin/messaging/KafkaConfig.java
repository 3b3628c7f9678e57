package io.langevin.messaging;

import io.langevin.process.ConfigurationException;
import io.langevin.process.Environment;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Where the broker and the registry are, and how clients talk to them.
 *
 * @param properties Kafka client properties, {@code bootstrap.servers} among them
 * @param registry base URL of the schema registry
 * @param prefix what every topic's name begins with
 */
public record KafkaConfig(Map<String, String> properties, String registry, String prefix) {
    public static final String DEFAULT_PREFIX = "langevin.";

    private static final Pattern USER = Pattern.compile("//([^/@]*)@");

    public KafkaConfig {
        properties = Map.copyOf(properties);
        if (!properties.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
            throw new ConfigurationException(
                    "LANGEVIN_KAFKA_BOOTSTRAP_SERVERS is not set: set it, for example"
                            + " LANGEVIN_KAFKA_BOOTSTRAP_SERVERS=localhost:9092");
        }
    }

    /** A broker and a registry without further settings, the default prefix. */
    public static KafkaConfig of(String bootstrap, String registry) {
        return new KafkaConfig(
                Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap),
                registry,
                DEFAULT_PREFIX);
    }

    public static KafkaConfig from(Environment environment) {
        return new KafkaConfig(
                environment.properties("LANGEVIN_KAFKA_"),
                environment.required("LANGEVIN_REGISTRY_URL", "http://localhost:8081"),
                environment.text("LANGEVIN_TOPIC_PREFIX", DEFAULT_PREFIX));
    }

    public String bootstrap() {
        return properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    }

    /** The topic's whole name. */
    public String name(Topic<?> topic) {
        return prefix + topic.suffix();
    }

    /** A consumer group's, a share group's or an application's whole name. */
    public String group(String name) {
        return prefix + name;
    }

    public Admin admin() {
        return admin(Map.of());
    }

    Admin admin(Map<String, Object> more) {
        return Admin.create(with(Map.of(), more));
    }

    /** Idempotent, waits for all replicas; values are bytes, encoded by {@link AvroSerde}. */
    public Producer<String, byte[]> producer(Map<String, Object> more) {
        return new KafkaProducer<>(
                with(
                        Map.of(
                                ProducerConfig.ACKS_CONFIG,
                                "all",
                                ProducerConfig.LINGER_MS_CONFIG,
                                1,
                                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                                Topic.LARGEST_DEAD_LETTER),
                        more),
                new RecordKeys().serializer(),
                new ByteArraySerializer());
    }

    /** Reads committed records only, never commits by itself; values are bytes. */
    public Consumer<String, byte[]> consumer(Map<String, Object> more) {
        return new KafkaConsumer<>(
                with(
                        Map.of(
                                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                false,
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                "read_committed",
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest",
                                // a topic deleted or not there yet is an error of this client, said
                                // once
                                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                                false),
                        more),
                new RecordKeys().deserializer(),
                new ByteArrayDeserializer());
    }

    /** The platform's settings, over them the user's, over them what the code depends on. */
    public Map<String, Object> with(Map<String, Object> defaults, Map<String, Object> required) {
        Map<String, Object> merged = new HashMap<>(defaults);
        merged.putAll(properties);
        merged.putAll(required);
        return merged;
    }

    /** Shows all but what may be secret: the properties, and who asks the registry. */
    @Override
    public String toString() {
        return "KafkaConfig[bootstrap=%s, registry=%s, prefix=%s]"
                .formatted(bootstrap(), shownRegistry(), prefix);
    }

    /** The registry's address without the user and the password that it may have. */
    public String shownRegistry() {
        return USER.matcher(registry).replaceAll("//");
    }

    /** User and password of the registry's address, with a colon between them. */
    Optional<String> registryUser() {
        Matcher user = USER.matcher(registry);
        return user.find()
                ? Optional.of(URLDecoder.decode(user.group(1), StandardCharsets.UTF_8))
                : Optional.empty();
    }
}
