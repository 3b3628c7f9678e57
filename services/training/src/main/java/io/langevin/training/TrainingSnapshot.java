package io.langevin.training;

import static java.util.stream.Collectors.joining;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.process.Inert;
import io.langevin.records.Candidate;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.SafeTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a training needs to go on elsewhere, as one safetensors file.
 *
 * @param state weights, Adam's moments, the moving average, the step
 * @param seconds of training behind it
 * @param loss mean of the last steps
 * @param candidates proposed so far
 * @param halved whether the step size is half of what was asked for, after a divergence
 */
record TrainingSnapshot(
        State state, double seconds, double loss, List<Candidate> candidates, boolean halved) {
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
                                "seconds", "" + seconds,
                                "loss", "" + loss,
                                "halved", "" + halved,
                                "candidates",
                                        candidates.stream()
                                                .map(TrainingSnapshot::line)
                                                .collect(joining("\n"))),
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
                Double.parseDouble(seconds),
                Double.parseDouble(file.metadata().getOrDefault("loss", "0")),
                file.metadata()
                        .getOrDefault("candidates", "")
                        .lines()
                        .map(TrainingSnapshot::candidate)
                        .toList(),
                Boolean.parseBoolean(file.metadata().get("halved")));
    }

    private static String line(Candidate candidate) {
        return "%s %d %s %s"
                .formatted(
                        candidate.getCheckpoint(),
                        candidate.getIteration(),
                        candidate.getLoss(),
                        candidate.getHeldOutLoss());
    }

    private static Candidate candidate(String line) {
        String[] words = line.split(" ");
        if (words.length != 4) {
            throw new IllegalArgumentException(
                    "candidates: a line must have 4 words, not %d".formatted(words.length));
        }
        Double heldOut = words[3].equals("null") ? null : Double.valueOf(words[3]);
        return new Candidate(
                words[0], Integer.parseInt(words[1]), Double.parseDouble(words[2]), heldOut);
    }

    /**
     * The first of some snapshots that is whole.
     *
     * @param ids the newest first
     * @param weights how many the network has
     */
    static Optional<TrainingSnapshot> newest(
            List<ArtifactId> ids, ArtifactStore artifacts, int weights) {
        for (ArtifactId id : ids) {
            try {
                TrainingSnapshot snapshot = parse(artifacts.get(id));
                int found = snapshot.state().weights().length;
                if (found == weights) {
                    return Optional.of(snapshot);
                }
                sayUnusable(id, "weights: must be %d, not %d".formatted(weights, found));
            } catch (ArtifactException | IllegalArgumentException e) {
                sayUnusable(id, e.getMessage());
            }
        }
        return Optional.empty();
    }

    private static void sayUnusable(ArtifactId id, String why) {
        LOG.atWarn()
                .addKeyValue("snapshot", id)
                .addKeyValue("reason", Inert.text(why))
                .log("a snapshot of the run cannot be used; the one before it is tried");
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
