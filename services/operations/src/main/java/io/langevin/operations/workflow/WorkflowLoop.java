package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.JOB_STATES;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.operations.OperationsConfig;
import io.langevin.operations.streams.GlobalRecords;
import io.langevin.operations.streams.InternalTopics;
import io.langevin.operations.streams.TopicStreams;
import io.langevin.operations.streams.UnexpectedFailures;
import io.langevin.process.ServiceLoop;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka Streams with {@code exactly_once_v2}: a step of the workflow and the job it asks for commit
 * together. A thread that fails is replaced and goes on from what was committed.
 */
public final class WorkflowLoop implements ServiceLoop {
    private static final Logger LOG = LoggerFactory.getLogger(WorkflowLoop.class);

    /** State of a topology of another shape is left alone; the topics have all of it. */
    private static final String LAYOUT = "3";

    private static final Duration STOP_WITHIN = Duration.ofSeconds(20);

    private final KafkaStreams streams;
    private volatile boolean failed;
    private final CountDownLatch closed = new CountDownLatch(1);

    private WorkflowLoop(KafkaStreams streams) {
        this.streams = streams;
    }

    public static WorkflowLoop of(OperationsConfig config, Schemas schemas, DeadLetters deadLetters)
            throws InterruptedException {
        InternalTopics.limit(config.kafka(), config.kafka().group(OperationsConfig.NAME));
        if (config.lineage().isPresent()) {
            Topics.createOther(
                    config.kafka(), config.lineage().get(), (short) config.replication());
        }
        KafkaStreams streams =
                new KafkaStreams(
                        topology(
                                config.kafka(),
                                schemas,
                                deadLetters,
                                config.lineage(),
                                Clock.systemUTC()),
                        properties(config));
        streams.setUncaughtExceptionHandler(
                e -> {
                    LOG.atError().setCause(e).log("a stream thread failed and is replaced");
                    return StreamThreadExceptionResponse.REPLACE_THREAD;
                });
        WorkflowLoop loop = new WorkflowLoop(streams);
        streams.setStateListener(loop::stateChanged);
        return loop;
    }

    /** All topologies as one application. */
    static Topology topology(
            KafkaConfig kafka,
            Schemas schemas,
            DeadLetters deadLetters,
            Optional<String> lineage,
            Clock clock)
            throws InterruptedException {
        StreamsBuilder builder = new StreamsBuilder();
        TopicStreams streams = new TopicStreams(builder, kafka, schemas, deadLetters, clock);
        String byId = "job-states-by-id";
        var table = GlobalRecords.table(builder, kafka.name(JOB_STATES), byId);
        var states = new GlobalRecords<>(byId, streams.serde(JOB_STATES));
        RetrainingTopology.addTo(builder, streams, states, lineage, clock);
        JobStateTopology.addTo(builder, streams, clock);
        CancellationTopology.addTo(streams, table, clock);
        PolicyTopology.addTo(builder, streams, states, clock);
        return builder.build();
    }

    private static Properties properties(OperationsConfig config) {
        Properties properties = new Properties();
        properties.putAll(config.kafka().properties());
        properties.put(
                StreamsConfig.APPLICATION_ID_CONFIG, config.kafka().group(OperationsConfig.NAME));
        properties.put(StreamsConfig.STATE_DIR_CONFIG, config.state().resolve(LAYOUT).toString());
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, config.replication());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(
                StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
                UnexpectedFailures.class);
        properties.put(
                StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, UnexpectedFailures.class);
        properties.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                "" + InternalTopics.LARGEST_RECORD);
        // of a process that died: its transaction is given up after this long
        properties.put(StreamsConfig.producerPrefix("transaction.timeout.ms"), 20_000);
        properties.put(
                StreamsConfig.producerPrefix("max.request.size"), InternalTopics.LARGEST_RECORD);
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 15_000);
        return properties;
    }

    /** What replaces no thread, such as the one of the global table, ends the service. */
    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        if (now == KafkaStreams.State.ERROR) {
            failed = true;
            closed.countDown();
        }
    }

    @Override
    public void run() throws InterruptedException {
        streams.start();
        closed.await();
        streams.close(STOP_WITHIN);
        if (failed) {
            throw new IllegalStateException("Kafka Streams gave up, see the log");
        }
    }

    @Override
    public boolean isWorking() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
