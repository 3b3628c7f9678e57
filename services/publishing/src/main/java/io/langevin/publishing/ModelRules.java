package io.langevin.publishing;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a change makes of the checkpoints of a model. Nothing here knows of Kafka or of stores. */
final class ModelRules {
    /** So many digits of an id are told apart by a person. */
    private static final int FEWEST_DIGITS = 6;

    private ModelRules() {}

    /**
     * Another checkpoint serves; what served before can be brought back.
     *
     * @param now empty where the model has none
     * @param next the checkpoint and its quality
     * @param changeId of the run or the change
     */
    static PublishedCheckpoint served(
            Optional<PublishedCheckpoint> now, PublishedCheckpoint next, String changeId) {
        var model =
                PublishedCheckpoint.newBuilder(next)
                        .setChangeId(changeId)
                        .setPrevious(null)
                        .setCandidate(null)
                        .setCandidateShare(0);
        now.ifPresent(
                had -> {
                    boolean same = had.getCheckpoint().equals(next.getCheckpoint());
                    model.setPrevious(same ? had.getPrevious() : serving(had));
                    OtherCheckpoint candidate = had.getCandidate();
                    if (candidate != null
                            && !candidate.getCheckpoint().equals(next.getCheckpoint())) {
                        model.setCandidate(candidate).setCandidateShare(had.getCandidateShare());
                    }
                });
        return model.build();
    }

    /** A candidate waits to be promoted, or takes a share of the requests. */
    static PublishedCheckpoint proposing(
            PublishedCheckpoint now, OtherCheckpoint candidate, double share, String changeId) {
        require(share >= 0 && share <= 1, "share", "be 0 to 1", share);
        require(
                !candidate.getCheckpoint().equals(now.getCheckpoint()),
                "checkpoint",
                "be another than the one that serves",
                candidate.getCheckpoint());
        return PublishedCheckpoint.newBuilder(now)
                .setCandidate(candidate)
                .setCandidateShare(share)
                .setChangeId(changeId)
                .build();
    }

    /** What serves, as it is remembered once another does. */
    static OtherCheckpoint serving(PublishedCheckpoint model) {
        return new OtherCheckpoint(model.getCheckpoint(), model.getRunId(), model.getQuality());
    }

    /**
     * What a change names, or the model's candidate.
     *
     * @param named artifact id, the first digits of one that the model has, or null
     * @throws RejectedException where there is no such one
     */
    static OtherCheckpoint chosen(Optional<PublishedCheckpoint> now, String named) {
        if (named == null) {
            return now.map(PublishedCheckpoint::getCandidate)
                    .orElseThrow(
                            () ->
                                    new RejectedException(
                                            "checkpoint: must be named, for the model has no"
                                                    + " candidate"));
        }
        List<OtherCheckpoint> matching =
                now.stream()
                        .flatMap(ModelRules::all)
                        .filter(known -> known.getCheckpoint().startsWith(named))
                        .distinct()
                        .toList();
        if (matching.size() == 1 && named.length() >= FEWEST_DIGITS) {
            return matching.get(0);
        }
        require(
                named.matches("[0-9a-f]{64}"),
                "checkpoint",
                "be 64 hexadecimal digits, or at least %d of one that the model has"
                        .formatted(FEWEST_DIGITS),
                "'" + named + "'");
        return new OtherCheckpoint(named, null, null);
    }

    private static Stream<OtherCheckpoint> all(PublishedCheckpoint model) {
        return Stream.of(
                        Optional.of(serving(model)),
                        Optional.ofNullable(model.getPrevious()),
                        Optional.ofNullable(model.getCandidate()))
                .flatMap(Optional::stream);
    }

    /**
     * Of a model's runs, one that was asked for later is not undone by one that ends later.
     *
     * @throws RejectedException where the model has a checkpoint that was asked for later
     */
    static void requireNewest(Optional<PublishedCheckpoint> now, PublishedCheckpoint next) {
        Instant asked = now.map(PublishedCheckpoint::getRequestedAt).orElse(null);
        if (asked != null && next.getRequestedAt().isBefore(asked)) {
            throw new RejectedException(
                    "superseded: model %s has the checkpoint %s, which was asked for later (%s)"
                            .formatted(next.getModel(), now.get().getCheckpoint(), asked));
        }
    }
}
