package io.langevin.messaging;

import io.langevin.records.JobStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes jobs from a share group, one at a time: any idle worker takes the next job. A job runs on a
 * thread of its own while the worker's thread renews its lock; the job of a worker that dies comes
 * back when the lock ends. Results are written at least once, keyed by the job's id, and before the
 * job is acknowledged: a job is never lost, a result may repeat.
 */
public final class JobWorker<J extends SpecificRecord, R extends SpecificRecord>
        implements ServiceLoop {
    private static final Logger LOG = LoggerFactory.getLogger(JobWorker.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration BACKOFF = Duration.ofSeconds(2);

    private final KafkaConfig kafka;
    private final Topic<J> jobs;
    private final Topic<R> results;
    private final String reader;
    private final JobLocks locks;
    private final JobHandler<J, R> handler;
    private final AvroSerde<J> jobSerde;
    private final AvroSerde<R> resultSerde;
    private final EventHeaders headers;
    private final Producer<String, byte[]> producer;
    private final Cancellations cancellations;
    private final ExecutorService executor;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final MeterRegistry metrics;
    private final AtomicInteger busy;
    private JobQueue queue;

    private JobWorker(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<J> jobs,
            Topic<R> results,
            String reader,
            JobLocks locks,
            JobHandler<J, R> handler,
            MeterRegistry metrics)
            throws InterruptedException {
        this.kafka = kafka;
        this.jobs = jobs;
        this.results = results;
        this.reader = reader;
        this.locks = locks;
        this.handler = handler;
        this.jobSerde = schemas.serde(jobs);
        this.resultSerde = schemas.serde(results);
        this.headers = EventHeaders.ofService(reader);
        this.producer = kafka.producer(Map.of());
        this.cancellations = Cancellations.following(kafka, schemas, this::deadLetter);
        this.executor = Executors.newSingleThreadExecutor(r -> new Thread(r, reader + "-job"));
        this.metrics = metrics;
        this.busy =
                metrics.gauge(
                        "langevin.jobs.busy", Tags.of("jobs", jobs.suffix()), new AtomicInteger());
        this.queue = openQueue();
    }

    /**
     * @param reader names the group, the job's thread and the writer of results and dead letters
     */
    public static <J extends SpecificRecord, R extends SpecificRecord> JobWorker<J, R> open(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<J> jobs,
            Topic<R> results,
            String reader,
            JobLocks locks,
            JobHandler<J, R> handler,
            MeterRegistry metrics)
            throws InterruptedException {
        return new JobWorker<>(kafka, schemas, jobs, results, reader, locks, handler, metrics);
    }

    @Override
    public void run() throws InterruptedException {
        try {
            while (!isClosed()) {
                try {
                    Optional<ConsumerRecord<String, byte[]>> job = queue.poll(POLL);
                    if (job.isPresent()) {
                        work(job.get());
                    }
                } catch (WakeupException e) {
                    LOG.atDebug().log("woken up to close");
                } catch (KafkaException e) {
                    reopen(e);
                }
            }
        } finally {
            executor.shutdownNow();
            queue.close();
            cancellations.close();
            producer.close();
        }
    }

    private JobQueue openQueue() throws InterruptedException {
        return JobQueue.open(kafka, kafka.name(jobs), kafka.group(reader), locks);
    }

    /** The broker was away or took the job back: a fresh member of the group goes on. */
    private void reopen(KafkaException e) throws InterruptedException {
        LOG.atWarn()
                .addKeyValue("topic", jobs.suffix())
                .addKeyValue("reason", e.getMessage())
                .log("lost the broker or the job's lock; joining again");
        queue.close();
        closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
        queue = openQueue();
    }

    private void work(ConsumerRecord<String, byte[]> source) throws InterruptedException {
        J job;
        try {
            job = jobSerde.decode(source.value());
        } catch (UnreadableRecordException e) {
            deadLetter(source, e.getMessage());
            queue.acknowledge(source, AcknowledgeType.REJECT);
            return;
        } catch (UncheckedIOException e) {
            tryAgain(source, e); // the registry is away
            return;
        }
        int delivery = source.deliveryCount().orElse((short) 1);
        if (delivery >= locks.deliveries()) {
            report(
                    source,
                    job,
                    JobStatus.FAILED,
                    "given up: its worker died or failed %d times".formatted(delivery - 1));
            return;
        }
        LOG.atInfo()
                .addKeyValue("id", handler.id(job))
                .addKeyValue("topic", jobs.suffix())
                .addKeyValue("delivery", delivery)
                .log("job begun");
        var context = new JobContext(source.headers(), () -> cancellations.of(handler.id(job)));
        Future<R> running =
                executor.submit(
                        () -> {
                            context.throwIfCancelled();
                            return handler.run(job, context);
                        });
        busy.set(1);
        try {
            await(source, job, running);
        } finally {
            busy.set(0);
        }
    }

    /** Renews the lock until the job has ended, or until this worker is closed. */
    private void await(ConsumerRecord<String, byte[]> source, J job, Future<R> running)
            throws InterruptedException {
        ConsumerRecord<String, byte[]> held = source;
        long renewed = System.nanoTime();
        try {
            while (true) {
                try {
                    R result = running.get(200, TimeUnit.MILLISECONDS);
                    report(held, handler.id(job), JobStatus.COMPLETED, result);
                    return;
                } catch (TimeoutException e) {
                    if (isClosed()) {
                        running.cancel(true);
                        queue.acknowledge(held, AcknowledgeType.RELEASE);
                        return;
                    }
                    if (System.nanoTime() - renewed > locks.lock().toNanos() / 3) {
                        held = queue.renew(held, locks.lock().dividedBy(3));
                        renewed = System.nanoTime();
                    }
                }
            }
        } catch (ExecutionException e) {
            ended(held, job, e.getCause());
        } catch (KafkaException e) {
            running.cancel(true); // somebody else may have the job now
            throw e;
        }
    }

    private void ended(ConsumerRecord<String, byte[]> source, J job, Throwable why)
            throws InterruptedException {
        if (why instanceof RejectedException) {
            report(source, job, JobStatus.FAILED, why.getMessage());
            return;
        }
        if (why instanceof JobCancelledException) {
            report(source, job, JobStatus.CANCELLED, why.getMessage());
            return;
        }
        if (why instanceof UncheckedIOException
                || why instanceof KafkaException
                || why instanceof InterruptedException) {
            tryAgain(source, why);
            return;
        }
        LOG.atError().addKeyValue("id", handler.id(job)).setCause(why).log("job failed");
        StringWriter stack = new StringWriter();
        why.printStackTrace(new PrintWriter(stack));
        report(source, job, JobStatus.FAILED, "defect: " + stack);
    }

    private void tryAgain(ConsumerRecord<String, byte[]> source, Throwable why)
            throws InterruptedException {
        LOG.atWarn()
                .addKeyValue("topic", jobs.suffix())
                .addKeyValue("reason", String.valueOf(why.getMessage()))
                .log("job will be tried again");
        closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
        queue.acknowledge(source, AcknowledgeType.RELEASE);
    }

    private void report(
            ConsumerRecord<String, byte[]> source, J job, JobStatus status, String reason)
            throws InterruptedException {
        report(source, handler.id(job), status, handler.ended(job, status, reason));
    }

    private void report(
            ConsumerRecord<String, byte[]> source, String id, JobStatus status, R result)
            throws InterruptedException {
        sendAndWait(
                new ProducerRecord<>(
                        kafka.name(results),
                        null,
                        id,
                        resultSerde.encode(result),
                        headers.of(result, source.headers())));
        queue.acknowledge(source, AcknowledgeType.ACCEPT);
        String outcome = status.name().toLowerCase(Locale.ROOT);
        metrics.counter("langevin.jobs", "jobs", jobs.suffix(), "status", outcome).increment();
        LOG.atInfo()
                .addKeyValue("id", id)
                .addKeyValue("topic", results.suffix())
                .addKeyValue("status", outcome)
                .log("job ended");
    }

    private void deadLetter(ConsumerRecord<String, byte[]> source, String reason) {
        producer.send(DeadLetters.of(source, reader, reason));
        producer.flush();
    }

    private void sendAndWait(ProducerRecord<String, byte[]> record) throws InterruptedException {
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new KafkaException("result not written: " + e.getCause().getMessage(), e);
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** Lets the job go back to the queue and makes {@link #run} return. */
    @Override
    public void close() {
        closed.countDown();
    }
}
