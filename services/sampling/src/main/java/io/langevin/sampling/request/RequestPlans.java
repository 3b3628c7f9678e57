package io.langevin.sampling.request;

import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireIdIsKey;
import static io.langevin.messaging.rules.RecordRules.requireLabels;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.sampling.samplers.SamplerSettings;
import io.langevin.sampling.samplers.Samplers;
import io.langevin.score.Checkpoint;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

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
        between("count", request.getCount(), 1, MAXIMUM_COUNT);
        require(
                request.getPreviewEvery() >= 0,
                "previewEvery",
                "be at least 1, or 0 for no previews",
                request.getPreviewEvery());
    }

    /**
     * The request's own parameters, and the checkpoint's where it has none.
     *
     * @param schedule the noise scales that the plan goes through
     * @throws RejectedException which field, which rule, which value
     */
    static SamplingPlan of(Sampler asked, NoiseSchedule schedule, Checkpoint checkpoint) {
        var recommended = checkpoint.recommended();
        boolean leavesTheChoice =
                asked.getKind() == SamplerKind.RECOMMENDED
                        && asked.getStepsPerLevel() == null
                        && asked.getEpsilon() == null;
        if (leavesTheChoice && recommended.isPresent()) {
            return recommended(asked, recommended.get(), schedule, checkpoint);
        }
        Samplers sampler =
                asked.getKind() == SamplerKind.RECOMMENDED
                        ? Samplers.ANNEALED_LANGEVIN
                        : Samplers.valueOf(asked.getKind().name());
        return sampler.plan(settings(asked, asked.getNetworkEvaluations()), schedule, checkpoint);
    }

    private static SamplingPlan recommended(
            Sampler asked,
            Checkpoint.Recommendation recommended,
            NoiseSchedule schedule,
            Checkpoint checkpoint) {
        Samplers sampler;
        try {
            sampler = Samplers.valueOf(recommended.sampler());
        } catch (IllegalArgumentException e) {
            throw new RejectedException(
                    "checkpoint: recommends the sampler '%s', which is not known here"
                            .formatted(recommended.sampler()));
        }
        Integer evaluations = asked.getNetworkEvaluations();
        return sampler.plan(
                settings(
                        asked,
                        evaluations == null ? recommended.networkEvaluations() : evaluations),
                schedule,
                checkpoint);
    }

    private static SamplerSettings settings(Sampler asked, Integer evaluations) {
        return new SamplerSettings(
                orEmpty(asked.getStepsPerLevel()),
                orEmpty(asked.getEpsilon()),
                Optional.ofNullable(asked.getDenoise()),
                orEmpty(evaluations),
                orEmpty(asked.getRho()),
                orEmpty(asked.getChurn()),
                orEmpty(asked.getNoiseScale()));
    }

    private static OptionalDouble orEmpty(Double number) {
        return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
    }

    private static OptionalInt orEmpty(Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
