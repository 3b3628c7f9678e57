package io.langevin.sampling.request;

import io.langevin.messaging.follow.Cancellations;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.SampleRequestRules;
import io.langevin.messaging.stream.Claim;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.ImageSeeds;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A request for images as it came from the stream. Its Avro record ends here: the other rooms ask
 * for what they need in their own terms.
 */
public final class SamplingRequest {
    private static final String TENANT = "tenant";

    /** Tasks that no sampler works for. */
    private static final Set<TaskKind> HAVE_THEIR_PLAN = Set.of(TaskKind.DENOISE, TaskKind.SCORE);

    private final Claim<SampleRequest> claim;
    private Map<String, String> givenSha256;

    public SamplingRequest(Claim<SampleRequest> claim) {
        this.claim = claim;
    }

    Claim<SampleRequest> claim() {
        return claim;
    }

    private SampleRequest record() {
        return claim.record();
    }

    /**
     * Checks all that can be checked without the checkpoint.
     *
     * @throws RejectedException which field, which rule, which value
     */
    public void check() {
        SampleRequestRules.check(record(), key());
    }

    /** The id that it gives itself, which is its key where {@link #check} lets it pass. */
    public String id() {
        return record().getRequestId();
    }

    /** The key of its record; null where it has none. */
    public String key() {
        return claim.source().key();
    }

    /** Its record as it came, with headers. */
    public ConsumerRecord<String, byte[]> source() {
        return claim.source();
    }

    /** Size of its record in bytes. */
    public int bytes() {
        return claim.source().serializedValueSize();
    }

    /** When it was asked for, by the sender's clock as far as that can be. */
    public Instant askedAt() {
        return claim.askedAt();
    }

    /** Whether another process has it now. */
    public boolean isLost() {
        return claim.isLost();
    }

    public String model() {
        return record().getModel();
    }

    /** The checkpoint that it names; empty: the model's newest. */
    public Optional<String> checkpoint() {
        return Optional.ofNullable(record().getCheckpoint());
    }

    public int count() {
        return record().getCount();
    }

    public ImageFormat imageFormat() {
        return record().getImageFormat();
    }

    public Map<String, String> labels() {
        return record().getLabels();
    }

    public Priority priority() {
        return Priority.valueOf(record().getPriority().name());
    }

    /** Whom it belongs to; empty text where it does not say. */
    public String tenant() {
        return record().getLabels().getOrDefault(TENANT, "");
    }

    public Precision precision() {
        return Precision.valueOf(record().getSampler().getPrecision().name());
    }

    /** Artifact id of the checkpoint that its network is led away from. */
    public Optional<String> guide() {
        return Optional.ofNullable(record().getSampler().getGuide());
    }

    /** How far, where there is a guide. */
    public double guidance() {
        return RequestPlans.guidance(record().getSampler());
    }

    /** Rows from preview to preview; 0: it wants none. */
    public int previewEvery() {
        return record().getPreviewEvery();
    }

    /** Whether {@link #seed} is that of its one image alone. */
    public boolean isSeedOfImage() {
        return record().getSeedOfImage();
    }

    /** Whether a PNG says what made it. */
    public boolean describes() {
        return record().getDescribe();
    }

    /** The seed of all its images; one made from its id where it gives none. */
    public long seed() {
        Long asked = record().getSeed();
        return asked != null ? asked : ImageSeeds.ofRequest(id());
    }

    /**
     * The plan of its sampler for a checkpoint.
     *
     * @param schedule the checkpoint's own noise scales or some of them
     * @throws RejectedException which field, which rule, which value
     */
    public SamplingPlan plan(NoiseSchedule schedule, Checkpoint checkpoint) {
        return RequestPlans.of(record().getSampler(), schedule, checkpoint);
    }

    /**
     * The sampler that a plan of {@link #plan} is made by, with every parameter, also where the
     * request leaves the choice. A task that has its own plan has but precision and guide.
     *
     * @param schedule as for {@link #plan}
     */
    public Sampler sampler(NoiseSchedule schedule, Checkpoint checkpoint) {
        Sampler asked = record().getSampler();
        if (HAVE_THEIR_PLAN.contains(record().getTask().getKind())) {
            return Sampler.newBuilder()
                    .setPrecision(asked.getPrecision())
                    .setGuide(asked.getGuide())
                    .setGuidance(guide().isPresent() ? (Double) guidance() : null)
                    .build();
        }
        return RequestPlans.completed(asked, schedule, checkpoint);
    }

    /**
     * SHA-256 of what is given with it, in hexadecimal digits by field of the task; computed once.
     * Safe to ask from several threads.
     */
    public synchronized Map<String, String> givenSha256() {
        if (givenSha256 == null) {
            Map<String, String> digests = new HashMap<>();
            TaskSettings task = task();
            for (GivenImage given : List.of(task.image(), task.mask(), task.matrix())) {
                given.sha256().ifPresent(digest -> digests.put(given.field(), digest));
            }
            givenSha256 = Map.copyOf(digests);
        }
        return givenSha256;
    }

    /** What it says of its task. */
    public TaskSettings task() {
        Task task = record().getTask();
        return new TaskSettings(
                task.getKind().name(),
                task.getFirstSeed(),
                task.getLastSeed(),
                task.getEveryRows(),
                task.getSigma(),
                task.getFactor(),
                task.getBlur(),
                new GivenImage("image", task.getImage(), task.getImageArtifact()),
                new GivenImage("mask", task.getMask(), task.getMaskArtifact()),
                new GivenImage("matrix", task.getMatrix(), task.getMatrixArtifact()));
    }

    /**
     * Why it is to leave before the next network call; empty where it is not.
     *
     * @param atLeast milliseconds that the rest of it takes at the present rate
     */
    public Optional<EarlyEnd> earlyEnd(Cancellations cancellations, Instant now, long atLeast) {
        return EarlyEnd.of(record(), cancellations.of(id()), now, atLeast);
    }
}
