package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.JobCancelledException;
import io.langevin.messaging.JobContext;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.records.Cancellation;
import io.langevin.records.PublishedCheckpoint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of each model, what was asked for later is announced later, and once. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class CheckpointAnnouncerIT {
    private static final Instant EARLY = Instant.ofEpochMilli(1_000_000);
    private static final Instant LATE = Instant.ofEpochMilli(2_000_000);

    private KafkaConfig kafka;
    private CheckpointAnnouncer announcer;

    @BeforeEach
    void start() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        announcer = new CheckpointAnnouncer(kafka, new Schemas(kafka));
    }

    @Test
    void an_older_run_that_ends_later_does_not_replace_a_newer_checkpoint() throws Exception {
        String late = UUID.randomUUID().toString();
        announce(late, LATE, context());

        assertThatThrownBy(() -> announce(UUID.randomUUID().toString(), EARLY, context()))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("superseded: model m has the checkpoint");
        assertThat(announced()).extracting(PublishedCheckpoint::getRunId).containsExactly(late);
    }

    /** As a worker that was stopped, lost its lock and wakes up. */
    @Test
    void what_was_held_up_while_another_worker_announced_never_becomes_visible() throws Exception {
        String stopped = UUID.randomUUID().toString();
        String other = UUID.randomUUID().toString();

        assertThatThrownBy(
                        () ->
                                announcer.announce(
                                        "m",
                                        stopped,
                                        context(),
                                        () -> {
                                            announceUnchecked(other, EARLY);
                                            return checkpoint(stopped, LATE);
                                        }))
                .isInstanceOf(InterruptedException.class)
                .hasMessageContaining("another worker");
        assertThat(announced()).extracting(PublishedCheckpoint::getRunId).containsExactly(other);
    }

    @Test
    void a_worker_that_has_lost_its_job_announces_nothing() {
        JobContext lost =
                context(
                        Optional.empty(),
                        () -> {
                            throw new InterruptedException("somebody else may have the job");
                        });

        assertThatThrownBy(() -> announce(UUID.randomUUID().toString(), LATE, lost))
                .isInstanceOf(InterruptedException.class);
        assertThat(announced()).isEmpty();
    }

    @Test
    void a_run_that_has_announced_is_published_even_if_it_is_cancelled_before_it_says_so()
            throws Exception {
        String run = UUID.randomUUID().toString();
        String first = announce(run, LATE, context());

        String again = announce(run, LATE, cancelled(run));

        assertThat(again).isEqualTo(first);
        assertThat(announced()).hasSize(1);
    }

    @Test
    void a_run_that_is_cancelled_in_time_announces_nothing() {
        String run = UUID.randomUUID().toString();
        assertThatThrownBy(() -> announce(run, LATE, cancelled(run)))
                .isInstanceOf(JobCancelledException.class);
        assertThat(announced()).isEmpty();
    }

    private String announce(String run, Instant asked, JobContext context)
            throws InterruptedException {
        return announcer.announce("m", run, context, () -> checkpoint(run, asked));
    }

    private void announceUnchecked(String run, Instant asked) {
        try {
            announce(run, asked, context());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JobContext context() {
        return context(Optional.empty(), () -> {});
    }

    private static JobContext cancelled(String run) {
        return context(Optional.of(new Cancellation(run, "enough", EARLY)), () -> {});
    }

    private interface Holding {
        void require() throws InterruptedException;
    }

    private static JobContext context(Optional<Cancellation> cancellation, Holding holding) {
        var hold =
                new JobContext.Hold() {
                    @Override
                    public void requireHeld() throws InterruptedException {
                        holding.require();
                    }

                    @Override
                    public void gotFurther() {}
                };
        return new JobContext(new RecordHeaders(), LATE, () -> cancellation, hold);
    }

    private static PublishedCheckpoint checkpoint(String run, Instant asked) {
        return PublishedCheckpoint.newBuilder()
                .setModel("m")
                .setCheckpoint((run.replace("-", "") + "0".repeat(64)).substring(0, 64))
                .setRunId(run)
                .setFamily("ncsnv2")
                .setNgf(4)
                .setImageSize(8)
                .setChannels(1)
                .setLevels(2)
                .setStepsPerLevel(1)
                .setScheduleId("s")
                .setPublishedAt(LATE)
                .setRequestedAt(asked)
                .build();
    }

    private List<PublishedCheckpoint> announced() {
        try (var reader = new TopicReader(kafka, kafka.name(MODEL_CHECKPOINTS))) {
            var serde = new Schemas(kafka).serde(MODEL_CHECKPOINTS);
            return reader.toEnd().stream().map(r -> serde.decode(r.value())).toList();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
