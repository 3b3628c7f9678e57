package io.langevin.sampling.request;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.sampling.samplers.SamplerParameter;
import io.langevin.sampling.samplers.SamplerSettings;
import io.langevin.sampling.samplers.Samplers;
import io.langevin.score.Checkpoint;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** The plan that comes of what a request asks for. */
final class RequestPlans {
    /** More was worse with the models that were measured (docs/how/measurements.md). */
    private static final double DEFAULT_GUIDANCE = 1.25;

    private RequestPlans() {}

    /**
     * The request's own parameters, and the checkpoint's where it has none.
     *
     * @param schedule the noise scales that the plan goes through
     * @throws RejectedException which field, which rule, which value
     */
    static SamplingPlan of(Sampler asked, NoiseSchedule schedule, Checkpoint checkpoint) {
        return sampler(asked, schedule, checkpoint)
                .plan(settings(asked, checkpoint), schedule, checkpoint);
    }

    /** How far the network is led away from a guide. */
    static double guidance(Sampler asked) {
        return asked.getGuidance() == null ? DEFAULT_GUIDANCE : asked.getGuidance();
    }

    /** The same with every setting that {@link #of} follows from; asked for, it makes that plan. */
    static Sampler completed(Sampler asked, NoiseSchedule schedule, Checkpoint checkpoint) {
        Samplers sampler = sampler(asked, schedule, checkpoint);
        SamplerSettings settings =
                sampler.completed(settings(asked, checkpoint), schedule, checkpoint);
        Map<SamplerParameter, Number> numbers = settings.numbers();
        return Sampler.newBuilder(asked)
                .setGuidance(asked.getGuide() == null ? null : (Double) guidance(asked))
                .setKind(SamplerKind.valueOf(sampler.name()))
                .setNetworkEvaluations(settings.networkEvaluations().orElseThrow())
                .setDenoise(settings.denoise().orElseThrow())
                .setStepsPerLevel((Integer) numbers.get(SamplerParameter.STEPS_PER_LEVEL))
                .setEpsilon((Double) numbers.get(SamplerParameter.EPSILON))
                .setRho((Double) numbers.get(SamplerParameter.RHO))
                .setChurn((Double) numbers.get(SamplerParameter.CHURN))
                .setNoiseScale((Double) numbers.get(SamplerParameter.NOISE_SCALE))
                .build();
    }

    private static boolean leavesTheChoice(Sampler asked) {
        return asked.getKind() == SamplerKind.RECOMMENDED
                && asked.getStepsPerLevel() == null
                && asked.getEpsilon() == null;
    }

    /**
     * The sampler that the request asks for, or that the checkpoint recommends. A plan of the
     * checkpoint serves where it has as many evaluations as are asked for; where plans are
     * recommended and none fits, the solver that they are made after.
     *
     * @throws RejectedException where that is not known here
     */
    static Samplers sampler(Sampler asked, NoiseSchedule schedule, Checkpoint checkpoint) {
        if (asked.getKind() != SamplerKind.RECOMMENDED) {
            return Samplers.valueOf(asked.getKind().name());
        }
        if (checkpoint.recommended().isEmpty() || !leavesTheChoice(asked)) {
            return Samplers.ANNEALED_LANGEVIN;
        }
        String recommended = checkpoint.recommended().get().sampler();
        try {
            Samplers sampler = Samplers.valueOf(recommended);
            if (isSearched(asked, schedule, checkpoint)) {
                return Samplers.SEARCHED;
            }
            return sampler == Samplers.SEARCHED ? Samplers.DPM_SOLVER_SDE : sampler;
        } catch (IllegalArgumentException e) {
            throw new RejectedException(
                    "checkpoint: recommends the sampler '%s', which is not known here"
                            .formatted(recommended));
        }
    }

    private static boolean isSearched(
            Sampler asked, NoiseSchedule schedule, Checkpoint checkpoint) {
        var recommended = checkpoint.recommended().orElseThrow();
        Integer evaluations = asked.getNetworkEvaluations();
        int wanted = evaluations == null ? recommended.networkEvaluations() : evaluations;
        return schedule.largest() == checkpoint.schedule().largest()
                && !Boolean.FALSE.equals(asked.getDenoise())
                && asked.getRho() == null
                && recommended.plans().stream().anyMatch(p -> p.networkEvaluations() == wanted);
    }

    private static SamplerSettings settings(Sampler asked, Checkpoint checkpoint) {
        Integer evaluations = asked.getNetworkEvaluations();
        if (evaluations == null && leavesTheChoice(asked)) {
            evaluations =
                    checkpoint
                            .recommended()
                            .map(Checkpoint.Recommendation::networkEvaluations)
                            .orElse(null);
        }
        Map<SamplerParameter, Number> numbers = new EnumMap<>(SamplerParameter.class);
        numbers.put(SamplerParameter.STEPS_PER_LEVEL, asked.getStepsPerLevel());
        numbers.put(SamplerParameter.EPSILON, asked.getEpsilon());
        numbers.put(SamplerParameter.RHO, asked.getRho());
        numbers.put(SamplerParameter.CHURN, asked.getChurn());
        numbers.put(SamplerParameter.NOISE_SCALE, asked.getNoiseScale());
        numbers.values().removeIf(Objects::isNull);
        return new SamplerSettings(
                evaluations == null ? OptionalInt.empty() : OptionalInt.of(evaluations),
                Optional.ofNullable(asked.getDenoise()),
                numbers);
    }
}
