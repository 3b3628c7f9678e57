package io.langevin.operations.streams;

import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Topic;
import io.langevin.process.ConfigurationException;
import io.langevin.process.Patience;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** The topics that Kafka Streams makes for itself: repartitioned records and changes of state. */
public final class InternalTopics {
    /** A run keeps its request and its schedule, each of which may be as large as a record. */
    public static final int LARGEST_RECORD = 3 * Topic.LARGEST_RECORD;

    private InternalTopics() {}

    /** Lets those that an earlier version made hold as much as those that are made now. */
    public static void limit(KafkaConfig kafka, String application) throws InterruptedException {
        Patience.ENDLESS.waitFor(
                "the broker " + kafka.bootstrap(),
                "see whether it is running",
                () -> {
                    limitOnce(kafka, application);
                    return null;
                });
    }

    private static void limitOnce(KafkaConfig kafka, String application)
            throws InterruptedException, Patience.AwayException {
        var set =
                new AlterConfigOp(
                        new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "" + LARGEST_RECORD),
                        AlterConfigOp.OpType.SET);
        try (Admin admin = kafka.admin()) {
            Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
            for (String name : admin.listTopics().names().get()) {
                if (name.startsWith(application + "-")) {
                    changes.put(new ConfigResource(ConfigResource.Type.TOPIC, name), List.of(set));
                }
            }
            admin.incrementalAlterConfigs(changes).all().get();
        } catch (ExecutionException e) {
            if (Failures.isPassing(e)) {
                throw new Patience.AwayException(e);
            }
            throw new ConfigurationException(
                    "topics of %s: their limits cannot be set: %s"
                            .formatted(application, e.getCause().getMessage()),
                    e);
        }
    }
}
