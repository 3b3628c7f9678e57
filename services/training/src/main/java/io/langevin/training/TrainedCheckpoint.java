package io.langevin.training;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.ImageDataset;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Version;
import io.langevin.records.TrainingJob;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.Typicality;
import io.langevin.score.torch.ComputeDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes checkpoints of where a training stands. */
final class TrainedCheckpoint {
    /** Images of the data that say what is typical. */
    private static final int TYPICAL_IMAGES = 256;

    private final TrainingJob job;
    private final TrainingPlan plan;
    private final ComputeDevice device;

    TrainedCheckpoint(TrainingJob job, TrainingPlan plan, ComputeDevice device) {
        this.job = job;
        this.plan = plan;
        this.device = device;
    }

    /**
     * Puts a checkpoint of the averaged weights into the store.
     *
     * @throws RejectedException where a weight is not finite
     */
    ArtifactId put(State state, ArtifactStore artifacts) {
        try {
            Checkpoint made = of(state);
            return artifacts.put(made.knowing(typical(made)).bytes());
        } catch (IllegalArgumentException e) {
            throw new RejectedException(
                    "training diverged: %s; lower learningRate".formatted(e.getMessage()));
        }
    }

    private Checkpoint of(State state) {
        return new Checkpoint(
                plan.architecture(),
                plan.schedule(),
                job.getStepsPerLevel(),
                job.getEpsilon(),
                job.getDenoise(),
                job.getScheduleId(),
                recommended(plan.architecture()),
                state.average(),
                Map.of(
                        "model", job.getModel(),
                        "run_id", job.getRunId(),
                        "dataset", job.getDataset(),
                        "dataset_fingerprint", job.getDatasetFingerprint(),
                        "device", device.kind(),
                        "precision", job.getTraining().getPrecision().name(),
                        "version", Version.NUMBER,
                        "iterations", "" + state.step()));
    }

    /** Looks at images of the data, evenly spaced. */
    private Optional<Typicality> typical(Checkpoint checkpoint) {
        ImageDataset data = plan.data();
        int dimension = data.dimension();
        int count = Math.min(TYPICAL_IMAGES, data.size());
        float[] pixels = data.pixels(count);
        List<float[]> images = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] image = new float[dimension];
            System.arraycopy(pixels, i * dimension, image, 0, dimension);
            images.add(image);
        }
        var network = new TorchScoreNetwork(checkpoint, Precision.FLOAT32, device);
        return Typicality.of(network, checkpoint.schedule(), images);
    }

    /**
     * The sampler that was nearest to the data at the fewest evaluations
     * (docs/how/measurements.md). A network that knows only its own noise levels cannot be sampled
     * between them.
     */
    private static Optional<Checkpoint.Recommendation> recommended(NetworkArchitecture network) {
        return network.family().isConditional()
                ? Optional.empty()
                : Optional.of(new Checkpoint.Recommendation("DPM_SOLVER_SDE", 16));
    }
}
