package io.langevin.publishing;

import static io.langevin.messaging.rules.RecordRules.oneOf;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.SamplerKind;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.torch.ComputeDevice;
import java.util.Arrays;
import java.util.List;

/**
 * A checkpoint that a model may have: it is whole, its network has run once, and there is the
 * sampler that it recommends.
 *
 * @param id under which the store has it
 */
record VerifiedCheckpoint(ArtifactId id, Checkpoint checkpoint) {

    /**
     * Reads and checks a checkpoint.
     *
     * @param id artifact id as a record has it
     * @throws RejectedException where it cannot be used
     */
    static VerifiedCheckpoint read(String id, ArtifactStore artifacts, ComputeDevice device) {
        try {
            var artifact = new ArtifactId(id);
            Checkpoint checkpoint = Checkpoint.parse(artifacts.get(artifact));
            requireSampler(checkpoint);
            requireFinite(checkpoint, device);
            return new VerifiedCheckpoint(artifact, checkpoint);
        } catch (ArtifactException | IllegalArgumentException e) {
            throw new RejectedException("candidate %s: %s".formatted(id, e.getMessage()));
        }
    }

    /** What is told of it when a model has it. */
    PublishedCheckpoint.Builder announcement(String model) {
        return Announcement.of(model, id, checkpoint);
    }

    private static void requireFinite(Checkpoint checkpoint, ComputeDevice device) {
        try (var network = new TorchScoreNetwork(checkpoint, Precision.FLOAT32, device)) {
            float[] f = new float[network.dimension()];
            network.evaluate(
                    new float[network.dimension()],
                    new float[] {(float) checkpoint.schedule().smallest()},
                    f,
                    1);
            for (float value : f) {
                require(Float.isFinite(value), "candidate", "have finite outputs", value);
            }
        }
    }

    /** Every default request of the model would fail with a sampler that there is not. */
    static void requireSampler(Checkpoint checkpoint) {
        AnnealedLangevin.plan(
                checkpoint.schedule(),
                checkpoint.stepsPerLevel(),
                checkpoint.epsilon(),
                checkpoint.denoise());
        List<String> known =
                Arrays.stream(SamplerKind.values())
                        .filter(kind -> kind != SamplerKind.RECOMMENDED)
                        .map(SamplerKind::name)
                        .toList();
        checkpoint
                .recommended()
                .ifPresent(
                        choice -> {
                            oneOf("sampler", choice.sampler(), known);
                            requirePlan(checkpoint, choice);
                        });
    }

    private static void requirePlan(Checkpoint checkpoint, Checkpoint.Recommendation choice) {
        if (!choice.sampler().equals(SamplerKind.SEARCHED.name())) {
            return;
        }
        require(
                !checkpoint.architecture().family().isConditional(),
                "sampler",
                "be ANNEALED_LANGEVIN for a network that knows only its own noise levels",
                choice.sampler());
        List<Integer> plans =
                choice.plans().stream().map(SamplingPlan::networkEvaluations).toList();
        require(
                plans.contains(choice.networkEvaluations()),
                "network_evaluations",
                "be those of one of the checkpoint's plans, " + plans,
                choice.networkEvaluations());
    }
}
