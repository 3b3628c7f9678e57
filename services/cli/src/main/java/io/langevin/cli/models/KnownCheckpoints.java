package io.langevin.cli.models;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.process.Inert;
import io.langevin.records.Candidate;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.TrainingResult;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Checkpoints as a person names them: by the first digits of an id, or by a model. */
public final class KnownCheckpoints {
    private static final int FEWEST_DIGITS = 6;
    private static final int NAMED = 5;

    private KnownCheckpoints() {}

    /**
     * The whole id of a checkpoint that a model has or a run has made.
     *
     * @param option in which it was given
     * @param typed a whole id, first digits of one, or null for none
     * @throws io.langevin.messaging.rules.RejectedException where it is none, or not one alone
     */
    public static String whole(PlatformClient platform, String option, String typed)
            throws InterruptedException {
        if (typed == null || typed.matches("[0-9a-f]{64}")) {
            return typed;
        }
        require(
                typed.matches("[0-9a-f]{%d,63}".formatted(FEWEST_DIGITS)),
                option,
                "be an artifact id of 64 hexadecimal digits, or at least the first %d of one"
                        .formatted(FEWEST_DIGITS),
                "'" + typed + "'");
        List<String> fitting =
                all(platform).stream().filter(id -> id.startsWith(typed)).limit(NAMED).toList();
        require(
                fitting.size() == 1,
                option,
                "begin as one checkpoint alone of those that models have or runs have made",
                fitting.isEmpty() ? "'%s', as none does".formatted(typed) : fitting);
        return fitting.get(0);
    }

    /**
     * The checkpoint that serves for a model.
     *
     * @throws CommandFailure where there is no such model: which there are
     */
    public static String serving(PlatformClient platform, String model)
            throws InterruptedException {
        Map<String, PublishedCheckpoint> models = platform.latest(MODEL_CHECKPOINTS);
        PublishedCheckpoint found = models.get(model);
        if (found == null) {
            throw new CommandFailure(
                    "there is no model '%s': name one of %s"
                            .formatted(
                                    Inert.text(model),
                                    Inert.text(new TreeSet<>(models.keySet()).toString())));
        }
        return found.getCheckpoint();
    }

    private static Set<String> all(PlatformClient platform) throws InterruptedException {
        Set<String> all = new TreeSet<>();
        for (PublishedCheckpoint model : platform.latest(MODEL_CHECKPOINTS).values()) {
            all.add(model.getCheckpoint());
            Stream.of(model.getPrevious(), model.getCandidate())
                    .filter(Objects::nonNull)
                    .map(OtherCheckpoint::getCheckpoint)
                    .forEach(all::add);
        }
        for (TrainingResult result : platform.latest(TRAINING_RESULTS).values()) {
            result.getCandidates().stream().map(Candidate::getCheckpoint).forEach(all::add);
        }
        return all;
    }
}
