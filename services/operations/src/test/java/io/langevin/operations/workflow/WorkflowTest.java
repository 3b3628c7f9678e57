package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.JUDGING_JOBS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.RUN_ORDERS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_JOBS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.langevin.records.Cancellation;
import io.langevin.records.Candidate;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.Meanwhile;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RunOrder;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingParameters;
import io.langevin.records.TrainingProgress;
import io.langevin.records.TrainingResult;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A run from its request to its end, in any order of events. */
class WorkflowTest extends DrivenTopologies {
    @Test
    void a_run_goes_from_request_to_published_checkpoint() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        assertThat(read(SCHEDULE_JOBS))
                .singleElement()
                .satisfies(
                        job -> {
                            assertThat(job.getRunId()).isEqualTo(RUN);
                            assertThat(job.getImageSize()).isEqualTo(16);
                        });
        send(SCHEDULE_RESULTS, RUN, schedule());
        TrainingJob training = read(TRAINING_JOBS).get(0);
        assertThat(training.getSigmas()).containsExactly(5.0, 0.1);
        assertThat(training.getDatasetFingerprint()).isEqualTo("print");
        assertThat(training.getTraining()).isEqualTo(request().build().getTraining());
        send(TRAINING_RESULTS, RUN, trained());
        assertThat(read(PUBLISHING_JOBS))
                .singleElement()
                .satisfies(
                        job -> {
                            assertThat(job.getCandidates()).hasSize(1);
                            assertThat(job.getModel()).isEqualTo("m");
                        });
        send(PUBLISHING_RESULTS, RUN, published());

        assertThat(stages())
                .containsExactly(
                        JobStage.SCHEDULING,
                        JobStage.WAITING,
                        JobStage.PUBLISHING,
                        JobStage.COMPLETED);
    }

    @Test
    void repeats_and_late_results_change_nothing() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(TRAINING_RESULTS, RUN, trained());
        send(SCHEDULE_RESULTS, RUN, schedule());
        send(SCHEDULE_RESULTS, RUN, schedule());
        send(SCHEDULE_RESULTS, UUID.randomUUID().toString(), schedule());

        assertThat(read(SCHEDULE_JOBS)).hasSize(1);
        assertThat(read(TRAINING_JOBS)).hasSize(1);
        assertThat(read(PUBLISHING_JOBS)).isEmpty();
        assertThat(stages()).containsExactly(JobStage.SCHEDULING, JobStage.WAITING);
    }

    @Test
    void a_failed_service_ends_the_run_with_its_reason() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(
                SCHEDULE_RESULTS,
                RUN,
                ScheduleResult.newBuilder()
                        .setRunId(RUN)
                        .setStatus(JobStatus.FAILED)
                        .setReason("dataset: must exist")
                        .build());
        send(SCHEDULE_RESULTS, RUN, schedule());

        List<JobState> states = read(JOB_STATES);
        assertThat(states.get(1).getStage()).isEqualTo(JobStage.FAILED);
        assertThat(states.get(1).getDetail()).isEqualTo("dataset: must exist");
        assertThat(states).hasSize(2);
        assertThat(read(TRAINING_JOBS)).isEmpty();
    }

    @Test
    void a_cancelled_run_ends_at_once_and_its_late_results_are_ignored() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(CANCELLATIONS, RUN, new Cancellation(RUN, "enough", NOW));
        send(SCHEDULE_RESULTS, RUN, schedule());

        assertThat(stages()).containsExactly(JobStage.SCHEDULING, JobStage.CANCELLED);
        assertThat(read(TRAINING_JOBS)).isEmpty();
    }

    @Test
    void a_paused_run_says_so_and_its_training_is_asked_for_again_when_it_goes_on()
            throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        assertThat(read(TRAINING_JOBS)).hasSize(1);
        stages();

        send(RUN_ORDERS, RUN, new RunOrder(RUN, true, "the GPU is needed", NOW, false));
        send(
                TRAINING_RESULTS,
                RUN,
                TrainingResult.newBuilder()
                        .setRunId(RUN)
                        .setStatus(JobStatus.PAUSED)
                        .setReason("paused after 7 iterations")
                        .setSnapshot("s".repeat(64))
                        .build());

        assertThat(read(JOB_STATES))
                .extracting(JobState::getStage, JobState::getDetail)
                .containsExactly(
                        tuple(JobStage.PAUSED, "asked to pause: the GPU is needed"),
                        tuple(JobStage.PAUSED, "paused after 7 iterations"));
        assertThat(read(TRAINING_JOBS)).isEmpty();

        send(RUN_ORDERS, RUN, new RunOrder(RUN, false, "", NOW, false));
        assertThat(read(TRAINING_JOBS))
                .singleElement()
                .returns(1, TrainingJob::getRound)
                .returns("s".repeat(64), TrainingJob::getSnapshot);
        send(TRAINING_RESULTS, RUN, trained()); // of the round before
        send(TRAINING_RESULTS, RUN, TrainingResult.newBuilder(trained()).setRound(1).build());
        assertThat(stages()).containsExactly(JobStage.WAITING, JobStage.PUBLISHING);
    }

    /** An order that came before its run, or that its worker alone has heard of. */
    @Test
    void a_run_that_nobody_holds_back_here_is_let_go_everywhere() throws Exception {
        send(RUN_ORDERS, RUN, new RunOrder(RUN, true, "", NOW, false));
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        read(TRAINING_JOBS);
        read(RUN_ORDERS);
        send(
                TRAINING_RESULTS,
                RUN,
                TrainingResult.newBuilder().setRunId(RUN).setStatus(JobStatus.PAUSED).build());
        assertThat(read(RUN_ORDERS)).singleElement().returns(false, RunOrder::getPaused);
        assertThat(read(TRAINING_JOBS)).singleElement().returns(1, TrainingJob::getRound);
    }

    @Test
    void a_request_may_replace_the_other_run_of_its_model_or_be_refused_beside_it()
            throws Exception {
        String second = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        String third = "0b0e7f7a-9a8e-4a3d-9d2c-000000000003";
        send(RETRAINING_REQUESTS, RUN, request().build());
        stages();

        var refused = request().setRunId(second).setMeanwhile(Meanwhile.REJECT).build();
        send(RETRAINING_REQUESTS, second, refused);
        assertThat(read(JOB_STATES))
                .singleElement()
                .returns(JobStage.FAILED, JobState::getStage)
                .returns(
                        "model: must have no other run under way where meanwhile is REJECT, not ["
                                + RUN
                                + "]",
                        JobState::getDetail);
        read(SCHEDULE_JOBS);

        var replacing = request().setRunId(third).setMeanwhile(Meanwhile.REPLACE).build();
        send(RETRAINING_REQUESTS, third, replacing);
        assertThat(read(CANCELLATIONS))
                .singleElement()
                .returns(RUN, Cancellation::getId)
                .returns("replaced by the run " + third, Cancellation::getReason);
        assertThat(read(SCHEDULE_JOBS)).singleElement().returns(third, ScheduleJob::getRunId);
        assertThat(read(JOB_STATES))
                .anyMatch(s -> s.getId().equals(RUN) && s.getStage() == JobStage.CANCELLED);
    }

    @Test
    void a_training_that_gives_no_sign_of_life_is_stalled_until_it_gives_one() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        later(Duration.ofHours(1));
        assertThat(stages()).as("queued").containsExactly(JobStage.SCHEDULING, JobStage.WAITING);

        send(TRAINING_PROGRESS, RUN, progress());
        later(BegunTrainings.SILENT.minusSeconds(10));
        assertThat(stages()).containsExactly(JobStage.TRAINING);
        later(Duration.ofSeconds(10));
        assertThat(stages()).containsExactly(JobStage.STALLED);
        later(Duration.ofHours(1));
        assertThat(stages()).isEmpty();

        send(TRAINING_PROGRESS, RUN, progress());
        assertThat(stages()).containsExactly(JobStage.TRAINING);
        send(TRAINING_RESULTS, RUN, trained());
        later(Duration.ofHours(1));
        assertThat(stages()).containsExactly(JobStage.PUBLISHING);
    }

    private static TrainingProgress progress() {
        return TrainingProgress.newBuilder()
                .setRunId(RUN)
                .setIteration(1)
                .setIterations(2)
                .setSeconds(1)
                .setLoss(1)
                .setImagesPerSecond(1)
                .setMeasuredAt(NOW)
                .build();
    }

    @Test
    void a_preset_fills_what_the_request_leaves_and_an_ablation_leaves_one_thing_out()
            throws Exception {
        RetrainingRequest request =
                RetrainingRequest.newBuilder()
                        .setRunId(RUN)
                        .setModel("m")
                        .setPreset("ffhq")
                        .setAblation("no-ema")
                        .setTraining(TrainingParameters.newBuilder().setBatchSize(8).build())
                        .build();
        send(RETRAINING_REQUESTS, RUN, request);
        send(SCHEDULE_RESULTS, RUN, schedule());

        ScheduleJob job = read(SCHEDULE_JOBS).get(0);
        assertThat(job.getImageSize()).isEqualTo(256);
        assertThat(job.getChannels()).isEqualTo(3);
        assertThat(job.getParameters().getSigmaBegin()).isEqualTo(348);
        assertThat(job.getParameters().getStepsPerLevel()).isEqualTo(3);
        TrainingParameters training = read(TRAINING_JOBS).get(0).getTraining();
        assertThat(training.getBatchSize()).isEqualTo(8); // the request's own
        assertThat(training.getIterations()).isEqualTo(80_000);
        assertThat(training.getAdamEpsilon()).isEqualTo(1e-3);
        assertThat(training.getEmaDecay()).isZero();
    }

    @Test
    void the_predecessor_is_a_preset_and_unknown_names_are_refused() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().setImageSize(32).setPreset("ncsn").build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        String other = "0b0e7f7a-9a8e-4a3d-9d2c-000000000002";
        send(RETRAINING_REQUESTS, other, request().setRunId(other).setPreset("mnist").build());

        assertThat(read(SCHEDULE_JOBS).get(0).getParameters().getLevels()).isEqualTo(10);
        assertThat(read(TRAINING_JOBS).get(0).getNetwork().getFamily()).isEqualTo("ncsn");
        assertThat(read(JOB_STATES))
                .extracting(JobState::getDetail)
                .last()
                .isEqualTo(
                        "preset: must be one of [bedroom, celeba, church, cifar10, ffhq, ncsn,"
                                + " tower], not 'mnist'");
    }

    @Test
    void a_published_run_cannot_be_cancelled_and_its_publisher_decides() throws Exception {
        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        send(TRAINING_RESULTS, RUN, trained());
        send(CANCELLATIONS, RUN, new Cancellation(RUN, "too late", NOW));
        send(PUBLISHING_RESULTS, RUN, published());

        assertThat(stages())
                .containsExactly(
                        JobStage.SCHEDULING,
                        JobStage.WAITING,
                        JobStage.PUBLISHING,
                        JobStage.PUBLISHING,
                        JobStage.COMPLETED);
    }

    @Test
    void a_candidate_is_judged_while_its_run_is_in_training() throws Exception {
        var candidate = new Candidate("a".repeat(64), 500, 1.5, null);
        var proposed = TrainingProgress.newBuilder(progress()).setCandidate(candidate).build();
        send(TRAINING_PROGRESS, RUN, proposed);
        assertThat(read(JUDGING_JOBS)).as("of a run that nobody knows").isEmpty();

        send(RETRAINING_REQUESTS, RUN, request().build());
        send(SCHEDULE_RESULTS, RUN, schedule());
        send(TRAINING_PROGRESS, RUN, progress());
        assertThat(read(JUDGING_JOBS)).as("where none is proposed").isEmpty();
        send(TRAINING_PROGRESS, RUN, proposed);

        assertThat(read(JUDGING_JOBS))
                .singleElement()
                .satisfies(
                        job -> {
                            assertThat(job.getCandidate()).isEqualTo(candidate);
                            assertThat(job.getModel()).isEqualTo("m");
                            assertThat(job.getData().getDatasetFingerprint()).isEqualTo("print");
                            assertThat(job.getData().getHeldOut()).isEqualTo(0.05);
                        });
        send(MODEL_JUDGEMENTS, RUN, judged(candidate, 0));
        send(TRAINING_RESULTS, RUN, trained());
        send(TRAINING_PROGRESS, RUN, proposed);
        send(MODEL_JUDGEMENTS, RUN, judged(candidate, 4));

        assertThat(read(JUDGING_JOBS)).as("of a run that is published").isEmpty();
        assertThat(read(JOB_STATES))
                .extracting(JobState::getStage, JobState::getDetail)
                .contains(
                        tuple(JobStage.TRAINING, "judged: 500 iterations, FID 3.000 ± 0.50"),
                        tuple(
                                JobStage.PUBLISHING,
                                "judged 1 of 4: 500 iterations, FID 3.000 ± 0.50"));
    }

    private static JudgedCheckpoint judged(Candidate candidate, int count) {
        return JudgedCheckpoint.newBuilder()
                .setRunId(RUN)
                .setModel("m")
                .setCheckpoint(candidate.getCheckpoint())
                .setIteration(candidate.getIteration())
                .setJudged(1)
                .setCount(count)
                .setQuality(
                        new CheckpointQuality(
                                "print", "e", 100, 100, 16.0, "FID", 3.0, 0.5, 0.0, 0.1, 1.0, 1.0,
                                null, null))
                .setJudgedAt(NOW)
                .build();
    }
}
