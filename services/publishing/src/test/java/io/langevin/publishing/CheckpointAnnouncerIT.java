package io.langevin.publishing;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.queue.JobCancelledException;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.Cancellation;
import io.langevin.records.PublishedCheckpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of each model, what was asked for later is announced later, and once. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class CheckpointAnnouncerIT {
    private static final Instant EARLY = Instant.ofEpochMilli(1_000_000);
    private static final Instant FAR_FUTURE = Instant.ofEpochMilli(Long.MAX_VALUE);
    private static final Instant LATE = Instant.ofEpochMilli(2_000_000);

    private static final int WORKERS = 3;
    private static final int RUNS = 12;

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

    /** LATE is when the jobs of this test came. */
    @Test
    void job_cannot_have_been_asked_for_after_it_came() throws Exception {
        announce(UUID.randomUUID().toString(), FAR_FUTURE, context());

        assertThat(announced())
                .singleElement()
                .extracting(PublishedCheckpoint::getRequestedAt)
                .isEqualTo(LATE);
    }

    @Test
    void announcement_that_claims_to_be_of_the_far_future_freezes_nothing() throws Exception {
        String forged = UUID.randomUUID().toString();
        try (var writer = RecordWriter.open(kafka, new Schemas(kafka), MODEL_CHECKPOINTS, "test")) {
            writer.write("m", checkpoint(forged, FAR_FUTURE));
        }
        String next = UUID.randomUUID().toString();
        Instant now = Instant.now();

        announce(next, now, context(now, Optional.empty(), () -> {}));

        assertThat(announced()).last().extracting(PublishedCheckpoint::getRunId).isEqualTo(next);
    }

    /** As a worker that was stopped between its last look and its announcement. */
    @Test
    void who_was_held_up_while_a_newer_checkpoint_was_announced_is_superseded() throws Exception {
        String stopped = UUID.randomUUID().toString();
        String other = UUID.randomUUID().toString();

        assertThatThrownBy(() -> announce(stopped, EARLY, heldUpBy(() -> announce(other, LATE))))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("superseded: ");
        assertThat(announced()).extracting(PublishedCheckpoint::getRunId).containsExactly(other);
    }

    @Test
    void who_was_held_up_while_an_older_checkpoint_was_announced_comes_after_it() throws Exception {
        String stopped = UUID.randomUUID().toString();
        String other = UUID.randomUUID().toString();

        announce(stopped, LATE, heldUpBy(() -> announce(other, EARLY)));

        assertThat(announced())
                .extracting(PublishedCheckpoint::getRunId)
                .containsExactly(other, stopped);
    }

    /** The job went on elsewhere meanwhile, up to its announcement. */
    @Test
    void of_two_workers_at_one_run_one_announces() throws Exception {
        String run = UUID.randomUUID().toString();

        String announced = announce(run, LATE, heldUpBy(() -> announce(run, LATE)));

        assertThat(announced())
                .extracting(PublishedCheckpoint::getCheckpoint)
                .containsExactly(announced);
    }

    /** Its worker died: the broker ends its transaction when its time is up. */
    @Test
    void an_open_transaction_of_another_model_hides_nothing_that_was_announced() throws Exception {
        try (var producer =
                kafka.producer(
                        Map.of(
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                kafka.prefix() + "dead",
                                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                                5_000))) {
            producer.initTransactions();
            producer.beginTransaction();
            byte[] value =
                    new Schemas(kafka).serde(MODEL_CHECKPOINTS).encode(checkpoint("r", LATE));
            producer.send(new ProducerRecord<>(kafka.name(MODEL_CHECKPOINTS), "m", value)).get();
            String late = UUID.randomUUID().toString();
            announce(late, LATE);

            assertThatThrownBy(() -> announce(UUID.randomUUID().toString(), EARLY))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageStartingWith("superseded: ");
        }
    }

    /** The anomaly of order: an older checkpoint after a newer one, or one run's twice. */
    @Test
    void whoever_is_held_up_however_no_older_checkpoint_comes_after_a_newer_one() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        List<Future<?>> runs = new ArrayList<>();
        for (int n = 0; n < RUNS; n++) {
            String run = UUID.randomUUID().toString();
            Instant asked = EARLY.plusSeconds(random.nextInt(RUNS));
            int attempts = 1 + random.nextInt(2); // two workers may be at one run
            for (int k = 0; k < attempts; k++) {
                int heldUpMillis = random.nextInt(1_500);
                runs.add(workers.submit(() -> announceHeldUp(run, asked, heldUpMillis)));
            }
        }
        for (Future<?> run : runs) {
            run.get();
        }
        workers.shutdown();

        List<PublishedCheckpoint> announced = announced();
        assertThat(announced)
                .as("seed %d", seed)
                .isNotEmpty()
                .extracting(PublishedCheckpoint::getRequestedAt)
                .isSorted();
        assertThat(announced).extracting(PublishedCheckpoint::getRunId).doesNotHaveDuplicates();
    }

    private String announceHeldUp(String run, Instant asked, int millis)
            throws InterruptedException {
        try {
            // any moment will do: this is no waiting for a condition
            return announce(run, asked, heldUpBy(() -> TimeUnit.MILLISECONDS.sleep(millis)));
        } catch (RejectedException e) {
            assertThat(e).hasMessageStartingWith("superseded: ");
            return "";
        }
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

    /** Its worker died before it could say so: the model that came since is not retired too. */
    @Test
    void a_retirement_that_is_asked_for_again_is_not_made_twice() throws Exception {
        String change = UUID.randomUUID().toString();
        announce(UUID.randomUUID().toString(), EARLY, context());
        announcer.change("m", change, context(), now -> Optional.empty());
        announce(UUID.randomUUID().toString(), LATE, context());

        var after = announcer.change("m", change, context(), now -> Optional.empty());

        assertThat(after).isEmpty();
        assertThat(announcer.now("m")).isPresent();
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
        PublishedCheckpoint next =
                CheckpointAnnouncer.believed(checkpoint(run, asked), context.askedAt());
        return announcer
                .change(
                        "m",
                        run,
                        context,
                        now -> {
                            ModelRules.requireNewest(now, next);
                            return Optional.of(ModelRules.served(now, next, run));
                        })
                .orElseThrow()
                .getCheckpoint();
    }

    private String announce(String run, Instant asked) throws InterruptedException {
        return announce(run, asked, context());
    }

    /** Something happens between a worker's last look and its first announcement. */
    private static JobContext heldUpBy(Holding meanwhile) {
        var first = new AtomicBoolean(true);
        return context(
                Optional.empty(),
                () -> {
                    if (first.getAndSet(false)) {
                        meanwhile.require();
                    }
                });
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
        return context(LATE, cancellation, holding);
    }

    private static JobContext context(
            Instant came, Optional<Cancellation> cancellation, Holding holding) {
        var hold =
                new JobContext.Hold() {
                    @Override
                    public void requireHeld() throws InterruptedException {
                        holding.require();
                    }

                    @Override
                    public void gotFurther() {}
                };
        return new JobContext(new RecordHeaders(), came, () -> cancellation, hold);
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
