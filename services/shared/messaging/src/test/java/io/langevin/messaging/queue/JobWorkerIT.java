package io.langevin.messaging.queue;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.RunningService;
import io.langevin.records.Cancellation;
import io.langevin.records.JobStatus;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class JobWorkerIT {
    private static final JobLocks LOCKS = new JobLocks(Duration.ofSeconds(2), 3);

    private final Deque<RunningService> workers = new ArrayDeque<>();
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private KafkaConfig kafka;
    private Schemas schemas;

    @BeforeEach
    void start() throws InterruptedException {
        kafka = KafkaEnvironment.fresh();
        schemas = new Schemas(kafka);
    }

    @AfterEach
    void stop() {
        workers.forEach(RunningService::close);
    }

    @Test
    void a_job_of_several_locks_is_done_once_beside_an_idle_worker() throws Exception {
        var release = new CountDownLatch(1);
        Work held = (job, context) -> release.await();
        worker(held);
        worker(held);
        String id = ask("long");
        begun.take();

        // longer than three locks: were they not renewed, the idle worker would have it by then
        assertThat(begun.poll(7, TimeUnit.SECONDS)).isNull();
        release.countDown();

        assertThat(results(1)).extracting(ScheduleResult::getRunId).containsExactly(id);
    }

    @Test
    void two_jobs_are_done_at_once_by_two_workers() throws Exception {
        var both = new CountDownLatch(2);
        Work together =
                (job, context) -> {
                    both.countDown();
                    both.await();
                };
        worker(together);
        worker(together);

        ask("a");
        ask("b");

        assertThat(results(2))
                .extracting(ScheduleResult::getStatus)
                .containsOnly(JobStatus.COMPLETED);
    }

    @Test
    void the_job_of_a_worker_that_stops_goes_on_elsewhere() throws Exception {
        RunningService first = worker((job, context) -> new CountDownLatch(1).await());
        String id = ask("moved");
        begun.take();
        worker((job, context) -> {});

        first.close();

        assertThat(results(1)).extracting(ScheduleResult::getRunId).containsExactly(id);
    }

    /** Such as a data set whose disk is not mounted: others need it not. */
    @Test
    void a_job_that_waits_for_what_is_away_lets_the_others_go_first_and_ends() throws Exception {
        worker(
                new JobLocks(Duration.ofSeconds(2), 3, Duration.ofSeconds(25)),
                (job, context) -> {
                    if (job.getDataset().equals("away")) {
                        throw new UncheckedIOException(new IOException("not mounted"));
                    }
                });
        String away = ask("away");
        assertThat(begun.take()).isEqualTo(away);
        String other = ask("there");

        List<ScheduleResult> results = results(2);

        assertThat(results).extracting(ScheduleResult::getRunId).containsExactly(other, away);
        assertThat(results.get(1).getStatus()).isEqualTo(JobStatus.FAILED);
        assertThat(results.get(1).getReason())
                .startsWith("out of reach for 25 s: ")
                .endsWith("not mounted");
    }

    /** Its lock is lost with its topic; the next job must not wait behind it for ever. */
    @Test
    void a_worker_ends_whose_job_does_not_let_go_when_its_lock_is_lost() throws Exception {
        var release = new CountDownLatch(1);
        RunningService worker = worker((job, context) -> awaitUninterruptibly(release));
        ask("stuck");
        begun.take();

        try (var admin = kafka.admin()) {
            admin.deleteTopics(List.of(kafka.name(SCHEDULE_JOBS))).all().get();
        }

        try {
            assertThatThrownBy(worker::awaitEnd)
                    .hasMessageContaining("the job did not stop within 20 s of losing its lock");
        } finally {
            release.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.interrupted(); // as native code does
            }
        }
    }

    @Test
    void faults_end_as_results_and_the_next_job_is_done() throws Exception {
        worker(
                (job, context) -> {
                    switch (job.getDataset()) {
                        case "rejected" ->
                                throw new RejectedException("dataset: must exist, not x");
                        case "defect" -> throw new IllegalStateException("a defect");
                        case "away" -> {
                            if (begun.size() < 5) {
                                throw new UncheckedIOException(new IOException("away"));
                            }
                        }
                        default -> {}
                    }
                });
        ask("rejected");
        ask("defect");
        ask("away");
        ask("good");

        List<ScheduleResult> results = results(4);

        assertThat(results.get(0).getReason()).isEqualTo("dataset: must exist, not x");
        assertThat(results.get(1).getReason()).startsWith("defect:").contains("a defect");
        assertThat(results.get(2).getStatus()).isEqualTo(JobStatus.COMPLETED); // held meanwhile
        assertThat(results.get(3).getStatus()).isEqualTo(JobStatus.COMPLETED);
    }

    @Test
    void a_job_whose_workers_always_stop_is_given_up_with_a_result() throws Exception {
        ask("fatal");
        for (int i = 0; i < LOCKS.deliveries() - 1; i++) {
            RunningService stopped = worker((job, context) -> new CountDownLatch(1).await());
            begun.take();
            stopped.close();
        }
        worker((job, context) -> {});

        assertThat(results(1).get(0).getReason())
                .isEqualTo("given up: its worker died or stopped 2 times");
    }

    @Test
    void a_cancelled_job_stops_and_says_so() throws Exception {
        worker(
                (job, context) -> {
                    while (true) {
                        context.throwIfCancelled();
                        TimeUnit.MILLISECONDS.sleep(10);
                    }
                });
        String id = ask("endless");
        begun.take();
        try (var writer = RecordWriter.open(kafka, schemas, CANCELLATIONS, "test")) {
            writer.write(
                    id,
                    Cancellation.newBuilder()
                            .setId(id)
                            .setReason("enough")
                            .setRequestedAt(Instant.now())
                            .build());
        }

        ScheduleResult result = results(1).get(0);

        assertThat(result.getStatus()).isEqualTo(JobStatus.CANCELLED);
        assertThat(result.getReason()).isEqualTo("cancelled: enough");
    }

    @Test
    void a_record_of_another_topic_is_a_dead_letter_and_the_next_job_is_done() throws Exception {
        worker((job, context) -> {});
        byte[] foreign =
                schemas.serde(CANCELLATIONS)
                        .encode(new Cancellation("x", "", Instant.ofEpochMilli(0)));
        try (var producer = kafka.producer(Map.of())) {
            producer.send(new ProducerRecord<>(kafka.name(SCHEDULE_JOBS), "x", foreign)).get();
        }
        String id = ask("good");

        assertThat(results(1)).extracting(ScheduleResult::getRunId).containsExactly(id);
        try (var reader = new TopicReader(kafka, kafka.name(SCHEDULE_JOBS) + ".dead")) {
            ConsumerRecord<String, byte[]> dead = reader.untilCount(1).get(0);
            assertThat(dead.value()).isEqualTo(foreign);
            assertThat(
                            new String(
                                    dead.headers().lastHeader(DeadLetters.REASON).value(),
                                    StandardCharsets.UTF_8))
                    .contains("must be a io.langevin.records.ScheduleJob");
        }
    }

    @Test
    void a_result_carries_the_trace_of_its_job() throws Exception {
        worker((job, context) -> {});
        ask("traced");
        try (var asked = new TopicReader(kafka, kafka.name(SCHEDULE_JOBS));
                var answered = new TopicReader(kafka, kafka.name(SCHEDULE_RESULTS))) {
            var job = asked.untilCount(1).get(0).headers();
            var result = answered.untilCount(1).get(0).headers();

            assertThat(result.lastHeader("traceparent").value())
                    .isEqualTo(job.lastHeader("traceparent").value());
            assertThat(new String(result.lastHeader("ce_type").value(), StandardCharsets.UTF_8))
                    .isEqualTo("io.langevin.records.ScheduleResult");
        }
    }

    private interface Work {
        void on(ScheduleJob job, JobContext context) throws Exception;
    }

    private RunningService worker(Work work) throws InterruptedException {
        return worker(LOCKS, work);
    }

    private RunningService worker(JobLocks locks, Work work) throws InterruptedException {
        JobHandler<ScheduleJob, ScheduleResult> handler =
                new JobHandler<>() {
                    @Override
                    public String id(ScheduleJob job) {
                        return job.getRunId();
                    }

                    @Override
                    public ScheduleResult run(ScheduleJob job, JobContext context)
                            throws Exception {
                        begun.add(job.getRunId());
                        work.on(job, context);
                        return ended(job, JobStatus.COMPLETED, "");
                    }

                    @Override
                    public ScheduleResult ended(ScheduleJob job, JobStatus status, String reason) {
                        return ScheduleResult.newBuilder()
                                .setRunId(job.getRunId())
                                .setStatus(status)
                                .setReason(reason)
                                .build();
                    }
                };
        RunningService running =
                RunningService.start(
                        "worker",
                        parts ->
                                JobWorker.open(
                                        kafka,
                                        schemas,
                                        SCHEDULE_JOBS,
                                        SCHEDULE_RESULTS,
                                        "schedule",
                                        locks,
                                        handler,
                                        new DeadLetters("schedule", blob -> ""),
                                        new SimpleMeterRegistry()));
        workers.push(running);
        return running;
    }

    private String ask(String dataset) throws InterruptedException {
        String id = UUID.randomUUID().toString();
        try (var writer = RecordWriter.open(kafka, schemas, SCHEDULE_JOBS, "test")) {
            writer.write(
                    id,
                    ScheduleJob.newBuilder()
                            .setRunId(id)
                            .setDataset(dataset)
                            .setImageSize(8)
                            .build());
        }
        return id;
    }

    private List<ScheduleResult> results(int count) throws InterruptedException {
        AvroSerde<ScheduleResult> serde = schemas.serde(SCHEDULE_RESULTS);
        try (var reader = new TopicReader(kafka, kafka.name(SCHEDULE_RESULTS))) {
            return reader.untilCount(count).stream().map(r -> serde.decode(r.value())).toList();
        }
    }
}
