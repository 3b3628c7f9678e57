package io.langevin.messaging;

import io.langevin.process.ConfigurationException;
import io.langevin.process.OutOfReachException;
import io.langevin.process.Patience;
import io.langevin.process.Patience.AwayException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;

/** The Kafka cluster before anything else uses it. */
public final class Broker {
    /** A broker that is away is noticed soon; the default is a minute. */
    private static final Map<String, Object> QUICK =
            Map.of(
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    4_000,
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    5_000);

    private Broker() {}

    /**
     * Waits for a broker that does not answer, and says so once.
     *
     * @throws ConfigurationException where it lacks a topic
     */
    public static void await(KafkaConfig kafka) throws InterruptedException {
        await(kafka, Patience.ENDLESS);
    }

    /**
     * @throws ConfigurationException where it lacks a topic
     * @throws OutOfReachException where it does not answer in time
     */
    public static void await(KafkaConfig kafka, Patience patience) throws InterruptedException {
        Set<String> there = awaitAnswer(kafka, patience);
        List<String> missing =
                Topics.all().stream().map(kafka::name).filter(t -> !there.contains(t)).toList();
        if (!missing.isEmpty()) {
            throw new ConfigurationException(
                    "broker %s lacks the topics %s; create them with: ./langevin topics create"
                            .formatted(kafka.bootstrap(), String.join(", ", missing)));
        }
    }

    /**
     * Names of the topics that are there, once the broker answers.
     *
     * @throws OutOfReachException where it does not answer in time
     */
    public static Set<String> awaitAnswer(KafkaConfig kafka, Patience patience)
            throws InterruptedException {
        return asking(kafka, patience, admin -> admin.listTopics().names().get());
    }

    /**
     * Finds out before any work whether its outcome could be written.
     *
     * @throws ConfigurationException where this process may not write to one of the topics
     */
    public static void requireWrite(KafkaConfig kafka, Topic<?>... topics)
            throws InterruptedException {
        List<String> names = Arrays.stream(topics).map(kafka::name).toList();
        var options = new DescribeTopicsOptions().includeAuthorizedOperations(true);
        Map<String, TopicDescription> described =
                asking(
                        kafka,
                        Patience.ENDLESS,
                        admin -> admin.describeTopics(names, options).allTopicNames().get());
        described.forEach(
                (name, topic) -> {
                    // null: the broker has no authorizer, or does not say
                    Set<AclOperation> may = topic.authorizedOperations();
                    if (may != null && !may.contains(AclOperation.WRITE)) {
                        throw new ConfigurationException(
                                "broker %s does not let this process write to %s: allow WRITE there"
                                        .formatted(kafka.bootstrap(), name));
                    }
                });
    }

    private interface Question<T> {
        T ask(Admin admin) throws ExecutionException, InterruptedException;
    }

    private static <T> T asking(KafkaConfig kafka, Patience patience, Question<T> question)
            throws InterruptedException {
        return patience.waitFor(
                "the broker " + kafka.bootstrap(),
                "start it, or name another one with --bootstrap",
                () -> once(kafka, question));
    }

    private static <T> T once(KafkaConfig kafka, Question<T> question)
            throws AwayException, InterruptedException {
        try (Admin admin = opened(kafka)) {
            return question.ask(admin);
        } catch (ExecutionException e) {
            if (Failures.isPassing(e.getCause())) {
                throw new AwayException(e);
            }
            throw refused(kafka, e.getCause());
        } catch (KafkaException e) {
            if (Failures.isPassing(e)) {
                throw new AwayException(e);
            }
            throw refused(kafka, e);
        }
    }

    /** A client that cannot be made has a wrong setting; but a name may be resolved later. */
    private static Admin opened(KafkaConfig kafka) throws AwayException {
        try {
            return kafka.admin(QUICK);
        } catch (KafkaException e) {
            Throwable first = Failures.rootCause(e);
            if (String.valueOf(first.getMessage()).contains("resolvable")) {
                throw new AwayException(e);
            }
            throw refused(kafka, first);
        }
    }

    private static ConfigurationException refused(KafkaConfig kafka, Throwable why) {
        return new ConfigurationException(
                "broker %s: %s".formatted(kafka.bootstrap(), why.getMessage()), why);
    }
}
