package io.langevin.operations.workflow;

import io.langevin.messaging.rules.CronTimes;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.DatasetState;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.StandingPolicy;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a standing rule asks for a run, and what it remembers of it. Nothing here knows of Kafka
 * or of the time.
 *
 * @param data of its data set, a topic; empty: not known
 * @param checkpoint that its model has; empty: none
 */
record PolicyConditions(Optional<DatasetState> data, Optional<PublishedCheckpoint> checkpoint) {

    /** Distances of fewer images change with every image. */
    static final int FEWEST_MEASURED = 256;

    /** A rule that has just come: what it is compared with is as it is now. */
    StandingPolicy begun(RetrainingPolicy policy, Instant now) {
        return compared(
                StandingPolicy.newBuilder().setPolicy(withoutRun(policy)).setSince(now).build());
    }

    /**
     * The rule is replaced under its name: what it has done stands, and what it is compared with
     * where that is of the same data set.
     */
    StandingPolicy replaced(StandingPolicy before, RetrainingPolicy policy, Instant now) {
        StandingPolicy next =
                StandingPolicy.newBuilder(before)
                        .setPolicy(withoutRun(policy))
                        .setSince(now)
                        .build();
        String dataset = before.getPolicy().getRequest().getDataset();
        return dataset.equals(policy.getRequest().getDataset()) ? next : compared(next);
    }

    /** Every run of a rule has an id of its own. */
    private static RetrainingPolicy withoutRun(RetrainingPolicy policy) {
        return RetrainingPolicy.newBuilder(policy)
                .setRequest(RetrainingRequest.newBuilder(policy.getRequest()).setRunId("").build())
                .build();
    }

    /** The first distances of enough images are those to compare with. */
    StandingPolicy withFirstDistances(StandingPolicy standing) {
        boolean enough = data.filter(now -> now.getImages() >= FEWEST_MEASURED).isPresent();
        if (standing.getMedianDistance() > 0 || !enough) {
            return standing;
        }
        return StandingPolicy.newBuilder(standing)
                .setMaximumDistance(data.get().getMaximumDistance())
                .setMedianDistance(data.get().getMedianDistance())
                .build();
    }

    /**
     * Why the rule asks for a run; empty where it does not.
     *
     * @param times of its condition on the clock, where it has one
     */
    Optional<String> cause(StandingPolicy standing, Optional<CronTimes> times, Instant now) {
        RetrainingPolicy policy = standing.getPolicy();
        Instant last = standing.getLastBegunAt();
        boolean coolsDown =
                last != null && last.plusSeconds(policy.getCoolDownSeconds()).isAfter(now);
        if (!standing.getLastEnded() || coolsDown) {
            return Optional.empty();
        }
        return onTheClock(standing, times, now)
                .or(() -> moreImages(standing))
                .or(() -> drift(standing))
                .or(() -> quality(standing));
    }

    private static Optional<String> onTheClock(
            StandingPolicy standing, Optional<CronTimes> times, Instant now) {
        Instant last = standing.getLastBegunAt();
        boolean ran = last != null && last.isAfter(standing.getSince());
        return times.flatMap(cron -> cron.after(ran ? last : standing.getSince()))
                .filter(next -> !next.isAfter(now))
                .map(next -> "the clock: " + next);
    }

    private Optional<String> moreImages(StandingPolicy standing) {
        Integer wanted = standing.getPolicy().getMoreImages();
        int before = standing.getImages() == null ? 0 : standing.getImages();
        return data.filter(now -> wanted != null && now.getImages() - before >= wanted)
                .map(
                        now ->
                                "%d more images: %d, after %d"
                                        .formatted(
                                                now.getImages() - before, now.getImages(), before));
    }

    private Optional<String> drift(StandingPolicy standing) {
        Double share = standing.getPolicy().getDrift();
        if (share == null || data.isEmpty()) {
            return Optional.empty();
        }
        return changed(
                        "largest distance",
                        standing.getMaximumDistance(),
                        data.get().getMaximumDistance(),
                        share)
                .or(
                        () ->
                                changed(
                                        "median distance",
                                        standing.getMedianDistance(),
                                        data.get().getMedianDistance(),
                                        share));
    }

    private static Optional<String> changed(String what, double before, double now, double share) {
        return before > 0 && Math.abs(now - before) >= share * before
                ? Optional.of("the %s of the data: %.4g, after %.4g".formatted(what, now, before))
                : Optional.empty();
    }

    private Optional<String> quality(StandingPolicy standing) {
        Double bound = standing.getPolicy().getDistanceAbove();
        return checkpoint
                .filter(live -> bound != null && live.getQuality() != null)
                .filter(live -> !live.getCheckpoint().equals(standing.getJudgedCheckpoint()))
                .filter(live -> live.getQuality().getDistance() > bound)
                .map(live -> quality(live.getQuality(), bound));
    }

    private static String quality(CheckpointQuality quality, double bound) {
        return "the distance of the model's checkpoint: %.4g, above %.4g"
                .formatted(quality.getDistance(), bound);
    }

    /** The run that the rule asks for. */
    static RetrainingRequest request(RetrainingPolicy policy, String runId, String cause) {
        return RetrainingRequest.newBuilder(policy.getRequest())
                .setRunId(runId)
                .setPolicy(policy.getPolicyId())
                .setCause(cause)
                .build();
    }

    /** The rule after it has asked for a run. */
    StandingPolicy asked(StandingPolicy standing, String runId, Instant now) {
        StandingPolicy.Builder next =
                StandingPolicy.newBuilder(compared(standing))
                        .setLastRun(runId)
                        .setLastBegunAt(now)
                        .setLastEnded(false);
        checkpoint.ifPresent(live -> next.setJudgedCheckpoint(live.getCheckpoint()));
        return next.build();
    }

    /** From now on the data are compared with what they are now. */
    private StandingPolicy compared(StandingPolicy standing) {
        return withFirstDistances(
                StandingPolicy.newBuilder(standing)
                        .setImages(data.map(DatasetState::getImages).orElse(0))
                        .setMaximumDistance(0)
                        .setMedianDistance(0)
                        .build());
    }
}
