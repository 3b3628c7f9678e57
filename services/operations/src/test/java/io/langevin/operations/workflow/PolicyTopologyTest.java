package io.langevin.operations.workflow;

import static io.langevin.messaging.Topics.DATASETS_STATES;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.RETRAINING_POLICIES;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.DeadLetters;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.DatasetState;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingParameters;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A standing rule asks for a run when its condition holds: once, and for one run at a time. */
class PolicyTopologyTest extends DrivenTopologies {
    @Test
    void so_many_more_images_begin_a_run_that_says_which_rule_asked_for_it() throws Exception {
        send(DATASETS_STATES, "flowers", data(100, 5));
        send(RETRAINING_POLICIES, "grow", policy().setMoreImages(50).build());
        later(Duration.ofSeconds(5));
        send(DATASETS_STATES, "flowers", data(149, 5));
        later(Duration.ofSeconds(5));
        assertThat(jobs()).isEmpty();

        send(DATASETS_STATES, "flowers", data(150, 5));
        later(Duration.ofSeconds(5));

        ScheduleJob job = one(jobs());
        assertThat(job.getDataset()).isEqualTo("topic:flowers");
        JobState state = one(states());
        assertThat(state.getPolicy()).isEqualTo("grow");
        assertThat(state.getDetail())
                .isEqualTo("asked by the rule grow: 50 more images: 150, after 100");
    }

    @Test
    void one_run_at_a_time_and_none_before_the_rule_has_cooled_down() throws Exception {
        send(DATASETS_STATES, "flowers", data(100, 5));
        send(
                RETRAINING_POLICIES,
                "grow",
                policy().setMoreImages(50).setCoolDownSeconds(600).build());
        send(DATASETS_STATES, "flowers", data(150, 5));
        later(Duration.ofSeconds(5));
        ScheduleJob first = one(jobs());
        send(DATASETS_STATES, "flowers", data(300, 5));
        later(Duration.ofHours(2));
        assertThat(jobs()).as("while the first one runs").isEmpty();

        fail(first);
        later(Duration.ofSeconds(5));

        ScheduleJob second = one(jobs());
        send(DATASETS_STATES, "flowers", data(400, 5));
        fail(second);
        later(Duration.ofSeconds(500));
        assertThat(jobs()).as("before it has cooled down").isEmpty();
        later(Duration.ofSeconds(101));
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void a_rule_on_the_clock_asks_at_its_times() throws Exception {
        RetrainingPolicy.Builder nightly = policy().setCron("30 3 * * *").setCoolDownSeconds(0);
        send(RETRAINING_POLICIES, "grow", nightly.build());
        later(Duration.ofMinutes(209));
        assertThat(jobs()).isEmpty();
        later(Duration.ofMinutes(1));
        ScheduleJob first = one(jobs());
        assertThat(one(states()).getDetail()).endsWith("the clock: 2026-01-01T03:30:00Z");

        fail(first);
        later(Duration.ofHours(23));
        assertThat(jobs()).isEmpty();
        later(Duration.ofHours(1));
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void distances_of_the_data_that_change_begin_a_run() throws Exception {
        send(DATASETS_STATES, "flowers", data(300, 10));
        send(RETRAINING_POLICIES, "grow", policy().setDrift(0.2).build());
        send(DATASETS_STATES, "flowers", data(301, 11.9));
        later(Duration.ofSeconds(5));
        assertThat(jobs()).isEmpty();

        send(DATASETS_STATES, "flowers", data(302, 12));
        later(Duration.ofSeconds(5));

        assertThat(one(states()).getDetail())
                .endsWith("the largest distance of the data: 12.00, after 10.00");
    }

    @Test
    void the_first_images_of_a_data_set_are_what_later_ones_are_compared_with() throws Exception {
        send(RETRAINING_POLICIES, "grow", policy().setDrift(0.2).build());
        send(DATASETS_STATES, "flowers", data(2, 1));
        later(Duration.ofSeconds(5));
        send(DATASETS_STATES, "flowers", data(256, 10));
        later(Duration.ofSeconds(5));
        assertThat(jobs()).as("distances of two images are none to compare with").isEmpty();
        send(DATASETS_STATES, "flowers", data(300, 13));
        later(Duration.ofSeconds(5));
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void a_checkpoint_that_is_judged_too_far_from_the_data_begins_one_run() throws Exception {
        send(
                RETRAINING_POLICIES,
                "grow",
                policy().setDistanceAbove(4.0).setCoolDownSeconds(0).build());
        send(MODEL_CHECKPOINTS, "m", checkpoint('a', 3.9));
        later(Duration.ofSeconds(5));
        assertThat(jobs()).isEmpty();

        send(MODEL_CHECKPOINTS, "m", checkpoint('b', 4.1));
        later(Duration.ofSeconds(5));

        fail(one(jobs()));
        later(Duration.ofHours(5));
        assertThat(jobs()).as("for the same checkpoint").isEmpty();
        send(MODEL_CHECKPOINTS, "m", checkpoint('c', 4.2));
        later(Duration.ofSeconds(5));
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void a_rule_that_was_ended_asks_for_nothing_and_a_replaced_one_keeps_what_it_has_done()
            throws Exception {
        send(DATASETS_STATES, "flowers", data(100, 5));
        send(RETRAINING_POLICIES, "grow", policy().setMoreImages(50).build());
        send(RETRAINING_POLICIES, "other", policy().setPolicyId("other").setMoreImages(60).build());
        send(
                RETRAINING_POLICIES,
                "other",
                policy().setPolicyId("other").setMoreImages(120).build());
        input(RETRAINING_POLICIES).pipeInput("grow", null);
        send(DATASETS_STATES, "flowers", data(219, 5));
        later(Duration.ofSeconds(5));
        assertThat(jobs()).isEmpty();
        send(DATASETS_STATES, "flowers", data(220, 5));
        later(Duration.ofSeconds(5));
        assertThat(one(states()).getPolicy()).isEqualTo("other");
    }

    @Test
    void a_rule_that_is_replaced_by_one_of_other_data_compares_with_those() throws Exception {
        send(DATASETS_STATES, "flowers", data(10_000, 10));
        var trees = DatasetState.newBuilder(data(400, 20)).setDataset("trees").build();
        send(DATASETS_STATES, "trees", trees);
        send(RETRAINING_POLICIES, "grow", policy().setDrift(0.2).setMoreImages(500).build());
        var other = request().setDataset("topic:trees").build();
        send(
                RETRAINING_POLICIES,
                "grow",
                policy().setRequest(other).setDrift(0.2).setMoreImages(500).build());
        later(Duration.ofSeconds(5));
        assertThat(jobs()).isEmpty();

        send(DATASETS_STATES, "trees", DatasetState.newBuilder(trees).setImages(900).build());
        later(Duration.ofSeconds(5));
        assertThat(one(jobs()).getDataset()).isEqualTo("topic:trees");
    }

    @Test
    void there_is_an_end_to_the_number_of_rules() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            String id = "rule-" + i;
            send(RETRAINING_POLICIES, id, policy().setPolicyId(id).setMoreImages(1).build());
        }
        send(RETRAINING_POLICIES, "grow", policy().setMoreImages(1).build());
        send(
                RETRAINING_POLICIES,
                "rule-7",
                policy().setPolicyId("rule-7").setMoreImages(2).build());
        assertThat(reasons())
                .containsExactly("policyId: must be one of at most 1000 rules, not 'grow' too");
        input(RETRAINING_POLICIES).pipeInput("rule-7", null);
        send(RETRAINING_POLICIES, "grow", policy().setMoreImages(1).build());
        assertThat(reasons()).isEmpty();
    }

    @Test
    void what_can_be_no_rule_is_a_dead_letter_with_field_rule_and_value() throws Exception {
        send(RETRAINING_POLICIES, "grow", policy().setCron("every day").build());
        send(RETRAINING_POLICIES, "grow", policy().setCron("0 0 30 2 *").build());
        send(RETRAINING_POLICIES, "grow", policy().build());
        send(RETRAINING_POLICIES, "other", policy().setMoreImages(1).build());
        send(RETRAINING_POLICIES, "grow", policy().setMoreImages(0).build());
        send(RETRAINING_POLICIES, "grow", policy().setDrift(Double.NaN).build());
        send(RETRAINING_POLICIES, "grow", policy().setDistanceAbove(-1.0).build());
        var files = request().setDataset("fashion").build();
        send(RETRAINING_POLICIES, "grow", policy().setRequest(files).setMoreImages(1).build());
        var tooSmall = request().setImageSize(0).build();
        send(
                RETRAINING_POLICIES,
                "grow",
                policy().setRequest(tooSmall).setCron("0 0 * * *").build());
        var training = TrainingParameters.newBuilder().setPatience(3).build();
        var preset = request().setPreset("cifar10").setTraining(training).build();
        send(RETRAINING_POLICIES, "grow", policy().setRequest(preset).setCron("0 0 * * *").build());
        send(RETRAINING_POLICIES, "grow", policy().setCron("0 3 * * |").build());
        input(RETRAINING_POLICIES).pipeInput("grow", new byte[] {1, 2});

        List<String> reasons = reasons();
        assertThat(reasons).hasSize(12);
        assertThat(reasons.get(0)).startsWith("cron: must be five fields such as");
        assertThat(reasons.get(1)).startsWith("cron: must");
        assertThat(reasons.subList(2, 10))
                .containsExactly(
                        "policyId: must have a condition: cron, moreImages, drift or distanceAbove,"
                                + " not none",
                        "policyId: must equal the key of its record, not grow",
                        "moreImages: must be at least 1, not 0",
                        "drift: must be above 0 and at most 1000, not NaN",
                        "distanceAbove: must be finite and at least 0, not -1.0",
                        "request.dataset: must be topic:NAME where moreImages or drift is a"
                                + " condition, not 'fashion'",
                        "imageSize: must be 1 to 1024 pixels, not 0",
                        "training.patience: must be 0 where no images are held out, not 3");
        assertThat(reasons.get(10)).startsWith("cron: must be five fields");
    }

    private List<String> reasons() {
        return dead(RETRAINING_POLICIES).stream()
                .map(record -> text(record.headers(), DeadLetters.REASON))
                .toList();
    }

    /** Its run ends; what is not a rule's business is left out. */
    private void fail(ScheduleJob job) throws InterruptedException {
        send(
                SCHEDULE_RESULTS,
                job.getRunId(),
                ScheduleResult.newBuilder()
                        .setRunId(job.getRunId())
                        .setStatus(JobStatus.FAILED)
                        .setReason("test")
                        .build());
        states();
    }

    private static RetrainingPolicy.Builder policy() {
        return RetrainingPolicy.newBuilder()
                .setPolicyId("grow")
                .setRequest(request().setRunId("").setDataset("topic:flowers").build());
    }

    private static DatasetState data(int images, double distance) {
        return DatasetState.newBuilder()
                .setDataset("flowers")
                .setBeginOffset(0)
                .setEndOffset(images)
                .setImages(images)
                .setMaximumDistance(distance)
                .setMedianDistance(distance / 2)
                .setUpdatedAt(NOW)
                .build();
    }

    private static PublishedCheckpoint checkpoint(char name, double distance) {
        String id = String.valueOf(name).repeat(64);
        return PublishedCheckpoint.newBuilder()
                .setModel("m")
                .setCheckpoint(id)
                .setFamily("ncsnv2")
                .setNgf(4)
                .setImageSize(8)
                .setChannels(1)
                .setLevels(2)
                .setStepsPerLevel(1)
                .setScheduleId("s")
                .setPublishedAt(NOW)
                .setQuality(
                        CheckpointQuality.newBuilder()
                                .setDatasetFingerprint(id)
                                .setExtractor("e")
                                .setRealImages(100)
                                .setImages(100)
                                .setNetworkEvaluations(16)
                                .setDistanceName("Fréchet distance")
                                .setDistance(distance)
                                .setDistanceError(0.1)
                                .setKernelDistance(0)
                                .setKernelDistanceError(0)
                                .setPrecision(1)
                                .setRecall(1)
                                .build())
                .build();
    }

    private List<ScheduleJob> jobs() throws InterruptedException {
        return read(SCHEDULE_JOBS);
    }

    private List<JobState> states() throws InterruptedException {
        return read(JOB_STATES);
    }

    private static <T> T one(List<T> records) {
        assertThat(records).hasSize(1);
        return records.get(0);
    }
}
