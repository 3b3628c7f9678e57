package io.langevin.sampling;

import static io.langevin.messaging.RecordRules.require;
import static io.langevin.messaging.RecordRules.requireIdIsKey;
import static io.langevin.messaging.RecordRules.requireLabels;
import static io.langevin.messaging.RecordRules.requireModelName;

import io.langevin.messaging.RejectedException;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.ConsistentAnnealing;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PredictorCorrector;
import io.langevin.noise.ProbabilityFlow;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.score.Checkpoint;

/** What a request may ask for, and the plan that comes of it. */
final class RequestPlans {
    /** More images than this are several requests. */
    static final int MAXIMUM_COUNT = 10_000;

    private static final int DEFAULT_EVALUATIONS = 64;

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
                request.getPreviewEvery() >= 0,
                "previewEvery",
                "be at least 1, or 0 for no previews",
                request.getPreviewEvery());
    }

    /**
     * The request's own parameters, and the checkpoint's where it has none.
     *
     * @throws RejectedException which field, which rule, which value
     */
    static SamplingPlan of(Sampler asked, Checkpoint checkpoint) {
        Sampler sampler = resolved(asked, checkpoint);
        SamplerKind kind = sampler.getKind();
        require(
                kind == SamplerKind.ANNEALED_LANGEVIN
                        || !checkpoint.architecture().family().isConditional(),
                "sampler.kind",
                "be ANNEALED_LANGEVIN for a network that knows only its own noise levels",
                kind);
        require(
                kind == SamplerKind.ANNEALED_LANGEVIN || sampler.getStepsPerLevel() == null,
                "sampler.stepsPerLevel",
                "be null for " + kind,
                sampler.getStepsPerLevel());
        require(
                kind == SamplerKind.ANNEALED_LANGEVIN
                        || kind == SamplerKind.PREDICTOR_CORRECTOR
                        || sampler.getEpsilon() == null,
                "sampler.epsilon",
                "be null for " + kind,
                sampler.getEpsilon());
        NoiseSchedule schedule = checkpoint.schedule();
        boolean denoise = orElse(sampler.getDenoise(), checkpoint.denoise());
        int evaluations = orElse(sampler.getNetworkEvaluations(), DEFAULT_EVALUATIONS);
        try {
            return switch (kind) {
                case RECOMMENDED, ANNEALED_LANGEVIN -> langevin(sampler, checkpoint, denoise);
                case CONSISTENT_ANNEALING ->
                        ConsistentAnnealing.plan(schedule, evaluations, denoise);
                case PROBABILITY_FLOW_EULER ->
                        ProbabilityFlow.euler(schedule, evaluations, denoise);
                case PROBABILITY_FLOW_HEUN -> ProbabilityFlow.heun(schedule, evaluations, denoise);
                case PREDICTOR_CORRECTOR -> {
                    double own =
                            PredictorCorrector.RELATIVE_STEP_SIZE
                                    * schedule.smallest()
                                    * schedule.smallest();
                    yield PredictorCorrector.plan(
                            schedule, evaluations, orElse(sampler.getEpsilon(), own), denoise);
                }
            };
        } catch (IllegalArgumentException e) {
            throw new RejectedException("sampler." + e.getMessage());
        }
    }

    /** What the checkpoint recommends, where the request leaves the choice. */
    private static Sampler resolved(Sampler asked, Checkpoint checkpoint) {
        if (asked.getKind() != SamplerKind.RECOMMENDED) {
            return asked;
        }
        var recommended = checkpoint.recommended();
        boolean langevin =
                recommended.isEmpty()
                        || asked.getStepsPerLevel() != null
                        || asked.getEpsilon() != null;
        if (langevin) {
            return Sampler.newBuilder(asked).setKind(SamplerKind.ANNEALED_LANGEVIN).build();
        }
        Sampler.Builder sampler = Sampler.newBuilder(asked);
        try {
            sampler.setKind(SamplerKind.valueOf(recommended.get().sampler()));
        } catch (IllegalArgumentException e) {
            throw new RejectedException(
                    "checkpoint: recommends the sampler '%s', which is not known here"
                            .formatted(recommended.get().sampler()));
        }
        if (asked.getNetworkEvaluations() == null) {
            sampler.setNetworkEvaluations(recommended.get().networkEvaluations());
        }
        return sampler.build();
    }

    private static SamplingPlan langevin(Sampler sampler, Checkpoint checkpoint, boolean denoise) {
        int stepsPerLevel = orElse(sampler.getStepsPerLevel(), checkpoint.stepsPerLevel());
        Integer budget = sampler.getNetworkEvaluations();
        int whole = checkpoint.schedule().levels() * stepsPerLevel + (denoise ? 1 : 0);
        if (budget == null || budget == whole) {
            return AnnealedLangevin.plan(
                    checkpoint.schedule(),
                    stepsPerLevel,
                    orElse(sampler.getEpsilon(), checkpoint.epsilon()),
                    denoise);
        }
        require(
                sampler.getEpsilon() == null,
                "sampler.epsilon",
                "be null where networkEvaluations is given, which decides it",
                sampler.getEpsilon());
        require(
                !checkpoint.architecture().family().isConditional(),
                "sampler.networkEvaluations",
                "be %d for a network that knows only its own noise levels".formatted(whole),
                budget);
        return AnnealedLangevin.withBudget(checkpoint.schedule(), stepsPerLevel, budget, denoise);
    }

    private static <T> T orElse(T asked, T otherwise) {
        return asked == null ? otherwise : asked;
    }
}
