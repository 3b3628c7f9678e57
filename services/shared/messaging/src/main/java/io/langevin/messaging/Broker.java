package io.langevin.messaging;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Kafka cluster before anything else uses it. */
public final class Broker {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final long RETRY_MILLIS = 500;

    private Broker() {}

    /**
     * Waits for a broker that does not answer, and says so once.
     *
     * @throws ConfigurationException where it lacks a topic
     */
    public static void await(KafkaConfig kafka) throws InterruptedException {
        Set<String> there = topics(kafka);
        List<String> missing =
                Topics.all().stream().map(kafka::name).filter(t -> !there.contains(t)).toList();
        if (!missing.isEmpty()) {
            throw new ConfigurationException(
                    "broker %s lacks the topics %s; create them with: ./langevin topics create"
                            .formatted(kafka.bootstrap(), String.join(", ", missing)));
        }
    }

    private static Set<String> topics(KafkaConfig kafka) throws InterruptedException {
        boolean said = false;
        while (true) {
            try (Admin admin = kafka.admin()) {
                return admin.listTopics().names().get();
            } catch (ExecutionException | KafkaException e) {
                if (!said) {
                    LOG.atWarn()
                            .addKeyValue("broker", kafka.bootstrap())
                            .addKeyValue("reason", e.getMessage())
                            .log("waiting for the broker");
                    said = true;
                }
            }
            Thread.sleep(RETRY_MILLIS);
        }
    }
}
