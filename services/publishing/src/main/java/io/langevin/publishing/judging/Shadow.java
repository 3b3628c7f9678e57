package io.langevin.publishing.judging;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.client.Langevin;
import io.langevin.client.NotCompletedException;
import io.langevin.client.SamplingCall;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.WholeTopic;
import io.langevin.messaging.queue.JobContext;
import io.langevin.records.Priority;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks once more what was asked of a model lately, with a checkpoint that does not serve yet: what
 * it cannot answer is known before anybody waits for it.
 */
final class Shadow {
    /** Requests for other models lie between those of one. */
    private static final int READ_A_REQUEST = 20;

    /** Whether a checkpoint can answer does not depend on how many images are asked for. */
    private static final int MOST_IMAGES = 4;

    private final KafkaConfig kafka;
    private final Schemas schemas;
    private final Duration patience;

    private record Asked(SampleRequest request, long timestamp) {}

    /**
     * @param patience how long to wait for the next image
     */
    Shadow(KafkaConfig kafka, Schemas schemas, Duration patience) {
        this.kafka = kafka;
        this.schemas = schemas;
        this.patience = patience;
    }

    /**
     * @param most requests
     * @throws NotJudgedException where no image has come for a long time
     */
    Replay replay(String model, String checkpoint, int most, JobContext context)
            throws InterruptedException {
        List<SampleRequest> lately = completedLately(model, most);
        var arrived = new AtomicLong(System.nanoTime());
        List<SamplingCall> calls = new ArrayList<>();
        try (Langevin platform = Langevin.connect(kafka, patience)) {
            try {
                for (SampleRequest request : lately) {
                    calls.add(
                            platform.sample(
                                    again(request, checkpoint),
                                    image -> arrived.set(System.nanoTime())));
                }
                for (int i = 0; i < calls.size(); i++) {
                    try {
                        AwaitedCall.answer(calls.get(i), arrived, patience, context);
                    } catch (NotCompletedException e) {
                        return Replay.refused(
                                "cannot answer the request %s as what serves did: %s"
                                        .formatted(lately.get(i).getRequestId(), e.getMessage()));
                    }
                }
                return Replay.answered(lately.size());
            } finally {
                calls.stream()
                        .filter(call -> !call.answer().isDone())
                        .forEach(call -> call.cancel("its images are not needed any longer"));
            }
        }
    }

    /** Of the newest requests that left the choice of the checkpoint to the model. */
    private List<SampleRequest> completedLately(String model, int most)
            throws InterruptedException {
        Set<String> completed = ConcurrentHashMap.newKeySet();
        WholeTopic.readNewest(
                kafka,
                schemas,
                SAMPLING_OUTCOMES,
                most * READ_A_REQUEST,
                (outcome, source) -> {
                    if (outcome != null
                            && outcome.getStatus() == SampleStatus.COMPLETED
                            && outcome.getModel().equals(model)) {
                        completed.add(outcome.getRequestId());
                    }
                });
        // requests may be large: no more than are asked for are kept
        Queue<Asked> newest =
                new PriorityBlockingQueue<>(most + 1, Comparator.comparingLong(Asked::timestamp));
        WholeTopic.readNewest(
                kafka,
                schemas,
                SAMPLING_REQUESTS,
                most * READ_A_REQUEST,
                (request, source) -> {
                    if (request != null
                            && request.getModel().equals(model)
                            && request.getCheckpoint() == null
                            && request.getRequestId().equals(source.key())
                            && completed.remove(source.key())) {
                        newest.add(new Asked(request, source.timestamp()));
                        if (newest.size() > most) {
                            newest.remove();
                        }
                    }
                });
        return newest.stream()
                .sorted(Comparator.comparingLong(Asked::timestamp).reversed())
                .map(Asked::request)
                .toList();
    }

    private static SampleRequest again(SampleRequest request, String checkpoint) {
        return SampleRequest.newBuilder(request)
                .setRequestId(UUID.randomUUID().toString())
                .setCheckpoint(checkpoint)
                .setCount(Math.min(request.getCount(), MOST_IMAGES))
                .setPriority(Priority.BATCH)
                .setDeadline(null)
                .setPreviewEvery(0)
                .setLabels(Map.of("purpose", "shadow of " + request.getRequestId()))
                .build();
    }
}
