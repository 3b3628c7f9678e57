package io.langevin.training;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.process.Inert;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.SafeTensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a training needs to go on elsewhere, as one safetensors file.
 *
 * @param state weights, Adam's moments, the moving average, the step
 * @param seconds of training behind it
 */
record TrainingSnapshot(State state, double seconds) {
    /** Four vectors of float32 and a header fit into the 2 GiB of a blob. */
    static final int MOST_WEIGHTS = (Integer.MAX_VALUE - (1 << 20)) / (4 * Float.BYTES);

    private static final Logger LOG = LoggerFactory.getLogger(TrainingSnapshot.class);
    private static final String FORMAT = "langevin-training-snapshot-1";

    byte[] bytes() {
        Map<String, SafeTensors.Tensor> tensors = new LinkedHashMap<>();
        tensors.put("weights", tensor(state.weights()));
        tensors.put("adam.first_moment", tensor(state.firstMoment()));
        tensors.put("adam.second_moment", tensor(state.secondMoment()));
        tensors.put("average", tensor(state.average()));
        return new SafeTensors(
                        Map.of(
                                "format", FORMAT,
                                "step", "" + state.step(),
                                "seconds", "" + seconds),
                        tensors)
                .write();
    }

    /**
     * @throws IllegalArgumentException where the bytes are no snapshot
     */
    static TrainingSnapshot parse(byte[] bytes) {
        SafeTensors file = SafeTensors.read(bytes);
        if (!FORMAT.equals(file.metadata().get("format"))) {
            throw new IllegalArgumentException(
                    "format: must be %s, not %s".formatted(FORMAT, file.metadata().get("format")));
        }
        String step = file.metadata().getOrDefault("step", "none");
        String seconds = file.metadata().getOrDefault("seconds", "none");
        return new TrainingSnapshot(
                new State(
                        Long.parseLong(step),
                        floats(file, "weights"),
                        floats(file, "adam.first_moment"),
                        floats(file, "adam.second_moment"),
                        floats(file, "average")),
                Double.parseDouble(seconds));
    }

    /**
     * Deletes a blob where it is a snapshot: its id comes from a record, which anybody can write.
     *
     * @return whether it was one
     */
    static boolean delete(ArtifactStore artifacts, ArtifactId id) {
        try {
            parse(artifacts.get(id));
        } catch (ArtifactException e) {
            return false; // missing, or nobody can tell what it is
        } catch (IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("blob", id)
                    .addKeyValue("reason", Inert.text(e.getMessage()))
                    .log("a record calls a snapshot what is none");
            return false;
        }
        artifacts.delete(id);
        return true;
    }

    private static SafeTensors.Tensor tensor(float[] values) {
        return SafeTensors.Tensor.of(values, (long) values.length);
    }

    private static float[] floats(SafeTensors file, String name) {
        SafeTensors.Tensor tensor = file.tensors().get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(name + ": is missing");
        }
        return tensor.floats();
    }
}
