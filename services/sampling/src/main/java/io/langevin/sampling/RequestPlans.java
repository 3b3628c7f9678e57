package io.langevin.sampling;

import static io.langevin.messaging.RecordRules.require;
import static io.langevin.messaging.RecordRules.requireIdIsKey;
import static io.langevin.messaging.RecordRules.requireLabels;
import static io.langevin.messaging.RecordRules.requireModelName;

import io.langevin.messaging.RejectedException;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;

/** What a request may ask for, and the plan that comes of it. */
final class RequestPlans {
    /** More images than this are several requests. */
    static final int MAXIMUM_COUNT = 10_000;

    private RequestPlans() {}

    /**
     * @param key of the record
     * @throws RejectedException which field, which rule, which value
     */
    static void check(SampleRequest request, String key) {
        requireIdIsKey("requestId", request.getRequestId(), key);
        requireModelName(request.getModel());
        requireLabels(request.getLabels());
        require(
                request.getCount() >= 1 && request.getCount() <= MAXIMUM_COUNT,
                "count",
                "be 1 to " + MAXIMUM_COUNT,
                request.getCount());
        require(
                request.getTask().getKind() == TaskKind.GENERATE,
                "task.kind",
                "be GENERATE",
                request.getTask().getKind());
        require(
                request.getSampler().getKind() == SamplerKind.ANNEALED_LANGEVIN,
                "sampler.kind",
                "be ANNEALED_LANGEVIN",
                request.getSampler().getKind());
        require(
                request.getPreviewEvery() == 0,
                "previewEvery",
                "be 0 (no previews)",
                request.getPreviewEvery());
    }

    /** The request's own parameters, and the checkpoint's where it has none. */
    static SamplingPlan of(Sampler sampler, Checkpoint checkpoint) {
        try {
            SamplingPlan plan =
                    AnnealedLangevin.plan(
                            checkpoint.schedule(),
                            orElse(sampler.getStepsPerLevel(), checkpoint.stepsPerLevel()),
                            orElse(sampler.getEpsilon(), checkpoint.epsilon()),
                            orElse(sampler.getDenoise(), checkpoint.denoise()));
            Integer budget = sampler.getNetworkEvaluations();
            require(
                    budget == null || budget == plan.networkEvaluations(),
                    "sampler.networkEvaluations",
                    "be %d with this schedule and stepsPerLevel"
                            .formatted(plan.networkEvaluations()),
                    budget);
            return plan;
        } catch (IllegalArgumentException e) {
            throw new RejectedException("sampler." + e.getMessage());
        }
    }

    private static <T> T orElse(T asked, T otherwise) {
        return asked == null ? otherwise : asked;
    }
}
