package io.langevin.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;

/**
 * A Kafka broker and its controller inside this JVM, listening on the loopback address only.
 *
 * <p>Everything it knows lives in its data folder: a start on the same folder finds the same
 * topics, groups and offsets, also after the process was killed. One folder belongs to one broker
 * at a time; Kafka's own lock on the folder goes with the process that held it.
 */
public final class EmbeddedKafka implements AutoCloseable {
    static final String CONTROLLER = "CONTROLLER";

    /** Those that serve: Kafka ends by halting the JVM, without saying whose part has failed. */
    private static final Set<EmbeddedKafka> SERVING = ConcurrentHashMap.newKeySet();

    private final KafkaRaftServer server;
    private final FolderLock lock;
    private final String bootstrap;
    private final CompletableFuture<String> death = new CompletableFuture<>();

    private EmbeddedKafka(KafkaRaftServer server, FolderLock lock, String bootstrap) {
        this.server = server;
        this.lock = lock;
        this.bootstrap = bootstrap;
    }

    /**
     * Starts a broker and returns once it serves clients.
     *
     * @param port where clients connect; 0 takes a free one
     * @throws IllegalStateException if the port is taken or another broker runs on the folder
     */
    public static EmbeddedKafka start(Path dataDir, int port) throws IOException {
        return start(dataDir, port, Map.of());
    }

    /**
     * Starts a broker with settings of the caller's, such as an authorizer.
     *
     * @param more settings by the names that Kafka's documentation gives them
     */
    public static EmbeddedKafka start(Path dataDir, int port, Map<String, String> more)
            throws IOException {
        // Kafka halts the JVM when a start fails; here that shall be an exception of the caller.
        Exit.setExitProcedure(EmbeddedKafka::refuse);
        Exit.setHaltProcedure(EmbeddedKafka::refuse);

        FolderLock lock = FolderLock.take(dataDir);
        try {
            int clients = LoopbackPort.free(port);
            Properties settings = settings(dataDir, clients, LoopbackPort.freeBeside(clients));
            settings.putAll(more);
            return start(dataDir, lock, clients, settings);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** The address that clients are given as {@code bootstrap.servers}. */
    public String bootstrap() {
        return bootstrap;
    }

    /** Completes when the broker gives up by itself, as it does on a full disk: why. */
    public CompletableFuture<String> death() {
        return death;
    }

    /** Stops the broker in good order and gives the folder back. */
    @Override
    public void close() throws IOException {
        SERVING.remove(this);
        server.shutdown();
        server.awaitShutdown();
        lock.close();
    }

    private static EmbeddedKafka start(Path dataDir, FolderLock lock, int port, Properties settings)
            throws IOException {
        StorageFormat.once(dataDir, CONTROLLER);
        var config = new KafkaConfig(settings, false);
        var server = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new IllegalStateException("Kafka did not start on " + dataDir, e);
        }
        var kafka = new EmbeddedKafka(server, lock, "127.0.0.1:" + port);
        SERVING.add(kafka);
        return kafka;
    }

    private static void refuse(int status, String message) {
        String why =
                "Kafka gave up with status %d%s; its log says why, a full disk is one reason"
                        .formatted(status, message == null ? "" : ": " + message);
        SERVING.forEach(kafka -> kafka.death.complete(why));
        throw new IllegalStateException(why);
    }

    private static Properties settings(Path dataDir, int port, int controllerPort) {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", CONTROLLER);
        settings.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", dataDir.toString());
        settings.put("auto.create.topics.enable", "false");
        // One node holds the only copy of Kafka's own topics.
        for (String topic :
                List.of(
                        "offsets.topic",
                        "transaction.state.log",
                        "share.coordinator.state.topic")) {
            settings.put(topic + ".replication.factor", "1");
            settings.put(topic + ".num.partitions", "4");
        }
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        // Readers wait for the transaction of a client that died: 15 minutes by default.
        settings.put("transaction.max.timeout.ms", "60000");
        // After a kill the controller waits for the old session to end before it takes the broker
        // back: 9 s by default.
        settings.put("broker.session.timeout.ms", "2000");
        settings.put("broker.heartbeat.interval.ms", "200");
        settings.put("log.cleaner.dedupe.buffer.size", "16777216");
        // Groups form at once, and a share group's new member does not wait for the next heartbeat
        // of 5 s.
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.share.min.heartbeat.interval.ms", "100");
        settings.put("group.share.heartbeat.interval.ms", "500");
        settings.put("group.share.assignment.interval.ms", "0");
        // A broker allows locks of 15 to 60 s unless told otherwise; tests want shorter ones.
        settings.put("group.share.min.record.lock.duration.ms", "1000");
        settings.put("group.share.max.record.lock.duration.ms", "3600000");
        return settings;
    }
}
