package io.langevin.operations.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.Cancellation;
import io.langevin.records.Candidate;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.RunEvent;
import io.langevin.records.RunOrder;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** A hundred thousand runs, each with events in any order, repeated, late, and cancelled. */
class RunRulesTest {
    private static final int RUNS = 100_000;
    private static final String ID = "0b0e7f7a-9a8e-4a3d-9d2c-000000000001";
    private static final Set<JobStage> ENDS =
            EnumSet.of(JobStage.COMPLETED, JobStage.FAILED, JobStage.CANCELLED);
    private static final List<JobStage> ORDER =
            List.of(
                    JobStage.SCHEDULING,
                    JobStage.WAITING, // for its turn to be trained
                    JobStage.PUBLISHING,
                    JobStage.COMPLETED);

    @Test
    void whatever_comes_in_whatever_order_a_run_goes_forward_and_ends_once() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        for (int n = 0; n < RUNS; n++) {
            var random = new Random(seed + n);
            try {
                run(random);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed %d, run %d".formatted(seed, n), e);
            }
        }
    }

    private static void run(Random random) {
        RetrainingRun run = null;
        List<JobStage> stages = new ArrayList<>();
        List<SpecificRecord> jobs = new ArrayList<>();
        long time = 0;
        for (int event = 0; event < 14; event++) {
            time += random.nextInt(1_000);
            Instant now = Instant.ofEpochMilli(time);
            RunRules.Step step = RunRules.of(ID, run, event(random), List::of, now, now);
            boolean wasEnded = run != null && RunRules.isEnded(run);
            if (wasEnded && !step.sent().isEmpty()) {
                throw new AssertionError("after its end: " + step.sent());
            }
            for (SpecificRecord sent : step.sent()) {
                if (sent instanceof JobState state) {
                    stages.add(state.getStage());
                } else {
                    jobs.add(sent);
                }
            }
            run = step.run().orElse(run);
        }
        if (run == null) {
            assertThat(jobs).isEmpty();
            return;
        }
        assertForward(stages);
        assertThat(jobs.stream().filter(ScheduleJob.class::isInstance).count()).isLessThan(2);
        assertThat(jobs.stream().filter(TrainingJob.class::isInstance).count()).isLessThan(2);
        assertThat(jobs.stream().filter(PublishingJob.class::isInstance).count()).isLessThan(2);
        if (run.getStage() == JobStage.COMPLETED) {
            assertThat(jobs).hasSize(3);
        }
        // what may have been published is never called cancelled by anybody but its publisher
        boolean publishing = jobs.stream().anyMatch(PublishingJob.class::isInstance);
        if (publishing) {
            assertThat(stages).contains(JobStage.PUBLISHING);
        }
    }

    /** Refusals that came first aside, stages follow their order and one end is the last. */
    private static void assertForward(List<JobStage> stages) {
        int from = stages.indexOf(JobStage.SCHEDULING);
        if (from < 0) {
            return; // refused
        }
        int at = -1;
        for (int i = from; i < stages.size(); i++) {
            JobStage stage = stages.get(i);
            if (ENDS.contains(stage)) {
                assertThat(i).as("" + stages).isEqualTo(stages.size() - 1);
                return;
            }
            int place = ORDER.indexOf(stage);
            assertThat(place).as("" + stages).isGreaterThanOrEqualTo(at);
            at = place;
        }
    }

    /** Whoever pauses and resumes as often as they like: nobody trains a run twice at once. */
    @Test
    void orders_in_any_order_leave_one_training_under_way_and_no_run_behind() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        for (int n = 0; n < RUNS / 10; n++) {
            var random = new Random(seed + n);
            try {
                new PausedRun(random).play();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed %d, run %d".formatted(seed, n), e);
            }
        }
    }

    /** A run and the worker that trains it: results come at least once. */
    private static final class PausedRun {
        private final Random random;
        private final List<TrainingJob> underWay = new ArrayList<>();
        private final List<TrainingResult> written = new ArrayList<>();
        private RetrainingRun run;
        private JobStage told;

        PausedRun(Random random) {
            this.random = random;
        }

        void play() {
            happens(RetrainingRequest.newBuilder().setRunId(ID).build());
            order(random.nextBoolean());
            happens(schedule());
            for (int i = 0; i < 30 && run.getStage() == JobStage.TRAINING; i++) {
                switch (random.nextInt(5)) {
                    case 0, 1 -> order(random.nextBoolean());
                    case 2 -> workerEnds(JobStatus.PAUSED);
                    case 3 -> repeat();
                    default -> happens(schedule());
                }
                assertThat(underWay).hasSizeLessThan(2);
                assertThat(told == JobStage.PAUSED).isEqualTo(run.getPaused());
            }
            order(false);
            assertThat(underWay).as("somebody trains it").hasSize(1);
            workerEnds(JobStatus.COMPLETED);
            assertThat(told).isEqualTo(JobStage.PUBLISHING);
        }

        private void order(boolean paused) {
            happens(new RunOrder(ID, paused, "", Instant.EPOCH, false));
        }

        private void workerEnds(JobStatus status) {
            if (underWay.isEmpty()) {
                return;
            }
            TrainingJob job = underWay.remove(0);
            written.add(
                    TrainingResult.newBuilder()
                            .setRunId(ID)
                            .setStatus(status)
                            .setRound(job.getRound())
                            .setCandidates(List.of(new Candidate("c", 1, 1.0, null)))
                            .build());
            happens(written.get(written.size() - 1));
        }

        private void repeat() {
            if (!written.isEmpty()) {
                happens(written.get(random.nextInt(written.size())));
            }
        }

        private static ScheduleResult schedule() {
            return ScheduleResult.newBuilder()
                    .setRunId(ID)
                    .setStatus(JobStatus.COMPLETED)
                    .setSigmas(List.of(2.0, 1.0))
                    .build();
        }

        private void happens(SpecificRecord event) {
            Instant now = Instant.EPOCH;
            RunRules.Step step =
                    RunRules.of(ID, run, new RunEvent(event, null), List::of, now, now);
            run = step.run().orElse(run);
            for (SpecificRecord sent : step.sent()) {
                if (sent instanceof RunOrder order) {
                    assertThat(order.getPaused()).isFalse();
                } else if (sent instanceof TrainingJob job) {
                    underWay.add(job);
                } else if (sent instanceof JobState state) {
                    told = state.getStage();
                }
            }
        }
    }

    private static RunEvent event(Random random) {
        JobStatus status =
                random.nextInt(8) == 0
                        ? JobStatus.values()[random.nextInt(3)]
                        : JobStatus.COMPLETED;
        return switch (random.nextInt(9)) {
            case 0, 1 -> new RunEvent(request(random), null);
            case 2, 3 ->
                    new RunEvent(
                            ScheduleResult.newBuilder()
                                    .setRunId(ID)
                                    .setStatus(status)
                                    .setSigmas(
                                            random.nextInt(9) == 0 ? List.of() : List.of(2.0, 1.0))
                                    .build(),
                            null);
            case 4, 5 ->
                    new RunEvent(
                            TrainingResult.newBuilder()
                                    .setRunId(ID)
                                    .setStatus(status)
                                    .setCandidates(List.of(new Candidate("c", 1, 1.0, null)))
                                    .build(),
                            null);
            case 6, 7 ->
                    new RunEvent(
                            PublishingResult.newBuilder().setRunId(ID).setStatus(status).build(),
                            null);
            default ->
                    random.nextBoolean()
                            ? new RunEvent(new Cancellation(ID, "", Instant.EPOCH), null)
                            : new RunEvent(request(random), "refused: by a rule");
        };
    }

    private static RetrainingRequest request(Random random) {
        return RetrainingRequest.newBuilder()
                .setRunId(ID)
                .setImageSize(random.nextInt(9) == 0 ? 0 : 16)
                .setPreset(random.nextInt(9) == 0 ? "nosuch" : null)
                .build();
    }
}
