package io.langevin.client;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.CANCELLATION_OUTCOMES;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Topic;
import io.langevin.messaging.follow.FirstFailure;
import io.langevin.messaging.follow.From;
import io.langevin.process.OpenedResources;
import io.langevin.records.Cancellation;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/**
 * The platform from a Java program: ask for images or a run, and subscribe to what others have
 * asked for. Safe to use from several threads. Listeners run on the threads that read the topics
 * and must not wait.
 *
 * <pre>{@code
 * try (var langevin = Langevin.connect("localhost:9092", "http://localhost:8081/apis/ccompat/v7")) {
 *     var call = langevin.sample(SampleRequest.newBuilder().setModel("fashion").setCount(16));
 *     for (GeneratedImage image : call.get()) {
 *         Files.write(Path.of(image.getIndex() + ".png"), bytes(image));
 *     }
 * }
 * }</pre>
 */
public final class Langevin implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String NAME = "client";

    private final PlatformClient platform;
    private final OpenedResources opened = new OpenedResources();
    private final Map<String, SamplingCall> samplings = new ConcurrentHashMap<>();
    private final Map<String, RetrainingCall> retrainings = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<CancellationOutcome>> cancellations =
            new ConcurrentHashMap<>();
    private final RecordWriter<SampleRequest> sampleRequests;
    private final RecordWriter<RetrainingRequest> retrainingRequests;
    private final RecordWriter<Cancellation> cancellationRequests;

    private Langevin(PlatformClient platform) throws InterruptedException {
        this.platform = platform;
        var kafka = platform.kafka();
        var schemas = platform.schemas();
        Duration most = platform.patience();
        sampleRequests = RecordWriter.open(kafka, schemas, SAMPLING_REQUESTS, NAME, most);
        retrainingRequests = RecordWriter.open(kafka, schemas, RETRAINING_REQUESTS, NAME, most);
        cancellationRequests = RecordWriter.open(kafka, schemas, CANCELLATIONS, NAME, most);
        opened.push(sampleRequests);
        opened.push(retrainingRequests);
        opened.push(cancellationRequests);
    }

    /**
     * Connects to a platform.
     *
     * @param bootstrap brokers, host:port
     * @param registry address of the schema registry
     * @throws io.langevin.process.OutOfReachException where one of them does not answer within 30 s
     * @throws io.langevin.process.ConfigurationException where the platform's topics are not there
     */
    public static Langevin connect(String bootstrap, String registry) throws InterruptedException {
        return connect(KafkaConfig.of(bootstrap, registry), PATIENCE);
    }

    /**
     * Connects to a platform with Kafka's own settings, such as those of TLS.
     *
     * @param patience how long to wait for a broker or registry that does not answer
     */
    public static Langevin connect(KafkaConfig kafka, Duration patience)
            throws InterruptedException {
        var langevin = new Langevin(PlatformClient.at(kafka, patience));
        try {
            langevin.follow();
            return langevin;
        } catch (InterruptedException | RuntimeException e) {
            langevin.close();
            throw e;
        }
    }

    /** Answers are known from here on: nothing is asked before. */
    private void follow() throws InterruptedException {
        FirstFailure.of(
                        List.of(
                                follow(SAMPLING_IMAGES, samplings, SamplingCall::arrived),
                                follow(SAMPLING_OUTCOMES, samplings, SamplingCall::arrived),
                                follow(JOB_STATES, retrainings, RetrainingCall::arrived),
                                follow(
                                        CANCELLATION_OUTCOMES,
                                        cancellations,
                                        CompletableFuture::complete)))
                .whenComplete((never, failure) -> failAll(failure));
    }

    /**
     * Hands each record to the call whose id is its key.
     *
     * @param calls that wait, by id
     */
    private <T extends SpecificRecord, C> CompletableFuture<Void> follow(
            Topic<T> topic, Map<String, C> calls, BiConsumer<C, T> arrival)
            throws InterruptedException {
        return platform.follow(
                topic,
                new From.Now(),
                (record, source) -> {
                    C call = source.key() == null ? null : calls.get(source.key());
                    if (record != null && call != null) {
                        arrival.accept(call, record);
                    }
                });
    }

    /** Nobody waits for what can no longer arrive. */
    private void failAll(Throwable why) {
        samplings.values().forEach(call -> call.fail(why));
        retrainings.values().forEach(call -> call.fail(why));
        cancellations.values().forEach(answer -> answer.completeExceptionally(why));
    }

    /** Asks for images; a request without an id is given one. */
    public SamplingCall sample(SampleRequest.Builder request) throws InterruptedException {
        if (!request.hasRequestId()) {
            request.setRequestId(UUID.randomUUID().toString());
        }
        return sample(request.build());
    }

    /** Asks for images. */
    public SamplingCall sample(SampleRequest request) throws InterruptedException {
        return sample(request, image -> {});
    }

    /**
     * Asks for images.
     *
     * @param listener is told each image as it arrives
     * @throws org.apache.kafka.common.KafkaException where the broker does not take the request
     */
    public SamplingCall sample(SampleRequest request, Consumer<GeneratedImage> listener)
            throws InterruptedException {
        String id = request.getRequestId();
        var call = new SamplingCall(request, listener, reason -> cancel(id, reason));
        requireNew("requestId", id, samplings.putIfAbsent(id, call));
        call.answer().whenComplete((answer, failure) -> samplings.remove(id, call));
        try {
            sampleRequests.write(id, request);
        } catch (InterruptedException | RuntimeException e) {
            call.fail(e);
            throw e;
        }
        return call;
    }

    private static void requireNew(String field, String id, Object before) {
        if (before != null) {
            throw new IllegalArgumentException(
                    "%s: must not be one that is under way here, not %s".formatted(field, id));
        }
    }

    /** Asks for a model to be trained and published. */
    public RetrainingCall retrain(RetrainingRequest request) throws InterruptedException {
        return retrain(request, state -> {});
    }

    /**
     * Asks for a model to be trained and published.
     *
     * @param listener is told each stage as the run comes to it
     * @throws org.apache.kafka.common.KafkaException where the broker does not take the request
     */
    public RetrainingCall retrain(RetrainingRequest request, Consumer<JobState> listener)
            throws InterruptedException {
        String id = request.getRunId();
        var call = new RetrainingCall(request, listener, reason -> cancel(id, reason));
        requireNew("runId", id, retrainings.putIfAbsent(id, call));
        call.end().whenComplete((state, failure) -> retrainings.remove(id, call));
        try {
            retrainingRequests.write(id, request);
        } catch (InterruptedException | RuntimeException e) {
            call.fail(e);
            throw e;
        }
        return call;
    }

    /** Asks a request or a run to stop; the answer says whether it was still under way. */
    public CompletableFuture<CancellationOutcome> cancel(String id, String reason) {
        var answer = cancellations.computeIfAbsent(id, key -> new CompletableFuture<>());
        answer.whenComplete((outcome, failure) -> cancellations.remove(id, answer));
        try {
            cancellationRequests.write(
                    id,
                    Cancellation.newBuilder()
                            .setId(id)
                            .setReason(reason)
                            .setRequestedAt(Instant.now())
                            .build());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.completeExceptionally(e);
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** Every image from now on, whoever has asked for it. */
    public Flow.Publisher<GeneratedImage> images() {
        return new TopicPublisher<>(platform, SAMPLING_IMAGES, opened);
    }

    /** Every outcome from now on, whoever has asked for it. */
    public Flow.Publisher<SampleOutcome> outcomes() {
        return new TopicPublisher<>(platform, SAMPLING_OUTCOMES, opened);
    }

    /** Every checkpoint that is published from now on. */
    public Flow.Publisher<PublishedCheckpoint> checkpoints() {
        return new TopicPublisher<>(platform, MODEL_CHECKPOINTS, opened);
    }

    /** Calls that have no answer yet fail; what they asked for goes on. */
    @Override
    public void close() {
        failAll(new IllegalStateException("the client is closed"));
        opened.close();
        platform.close();
    }
}
