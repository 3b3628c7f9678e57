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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
    private final DeadLetterWriter deadLetters;
    private final Cancellations cancellations;
    private final ExecutorService executor;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final MeterRegistry metrics;
    private final AtomicInteger busy;
    private JobQueue queue;

    /** How a job ended, and its result. */
    private record Answer<R>(String id, JobStatus status, R result) {}

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
        this.deadLetters = DeadLetterWriter.over(producer, reader);
        this.cancellations = Cancellations.following(kafka, schemas, deadLetters);
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
                } catch (KafkaException e) {
                    joinAgain(e);
                }
            }
        } finally {
            executor.shutdownNow();
            cancellations.close();
            producer.close();
            queue.close();
        }
    }

    private JobQueue openQueue() throws InterruptedException {
        return JobQueue.open(kafka, kafka.name(jobs), kafka.group(reader), locks);
    }

    /** The broker was away or took the job back: a fresh member of the group goes on. */
    private void joinAgain(KafkaException why) throws InterruptedException {
        LOG.atWarn()
                .addKeyValue("topic", jobs.suffix())
                .addKeyValue("reason", why.getMessage())
                .log("lost the broker or the job's lock; joining again");
        JobQueue old = queue;
        while (!isClosed()) {
            closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
            try {
                queue = openQueue();
                old.close();
                return;
            } catch (KafkaException stillAway) {
                LOG.atDebug().setCause(stillAway).log("still away"); // said above, once
            }
        }
    }

    /** Renews the lock until the job has ended, or until this worker is closed. */
    private void work(ConsumerRecord<String, byte[]> source) throws InterruptedException {
        Future<Answer<R>> running = executor.submit(() -> answer(source));
        ConsumerRecord<String, byte[]> held = source;
        long renewed = System.nanoTime();
        busy.set(1);
        try {
            while (true) {
                try {
                    report(held, running.get(200, TimeUnit.MILLISECONDS));
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
            notAnswered(held, e.getCause());
        } catch (KafkaException e) {
            running.cancel(true); // somebody else may have the job now
            throw e;
        } finally {
            busy.set(0);
        }
    }

    private void notAnswered(ConsumerRecord<String, byte[]> source, Throwable why) {
        if (why instanceof UnreadableRecordException) {
            deadLetters.handle(source, why.getMessage());
            queue.acknowledge(source, AcknowledgeType.REJECT);
            return;
        }
        if (why instanceof InterruptedException) {
            queue.acknowledge(source, AcknowledgeType.RELEASE); // this worker is being closed
            return;
        }
        throw new IllegalStateException("a job ended without an answer", why);
    }

    /** What becomes of a job; runs on the job's thread. */
    private Answer<R> answer(ConsumerRecord<String, byte[]> source) throws Exception {
        J job = patiently(() -> jobSerde.decode(source.value()));
        String id = handler.id(job);
        int delivery = source.deliveryCount().orElse((short) 1);
        if (delivery >= locks.deliveries()) {
            String reason = "given up: its worker died or stopped %d times".formatted(delivery - 1);
            return ended(job, JobStatus.FAILED, reason);
        }
        LOG.atInfo()
                .addKeyValue("id", id)
                .addKeyValue("topic", jobs.suffix())
                .addKeyValue("delivery", delivery)
                .log("job begun");
        var context = new JobContext(source.headers(), () -> cancellations.of(id));
        try {
            R result =
                    patiently(
                            () -> {
                                context.throwIfCancelled();
                                return handler.run(job, context);
                            });
            return new Answer<>(id, JobStatus.COMPLETED, result);
        } catch (RejectedException e) {
            return ended(job, JobStatus.FAILED, e.getMessage());
        } catch (JobCancelledException e) {
            return ended(job, JobStatus.CANCELLED, e.getMessage());
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | Error e) {
            LOG.atError().addKeyValue("id", id).setCause(e).log("job failed");
            StringWriter stack = new StringWriter();
            e.printStackTrace(new PrintWriter(stack));
            return ended(job, JobStatus.FAILED, "defect: " + stack);
        }
    }

    private Answer<R> ended(J job, JobStatus status, String reason) {
        String id = handler.id(job);
        return new Answer<>(id, status, handler.ended(job, status, reason));
    }

    /** While a registry, a store or the broker is away the job is held, and that is said once. */
    private <T> T patiently(Callable<T> call) throws Exception {
        boolean said = false;
        while (true) {
            try {
                return call.call();
            } catch (UncheckedIOException | KafkaException e) {
                if (!said) {
                    LOG.atWarn()
                            .addKeyValue("topic", jobs.suffix())
                            .addKeyValue("reason", e.getMessage())
                            .log("something is out of reach: the job waits");
                    said = true;
                }
                if (closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("the worker shuts down");
                }
            }
        }
    }

    private void report(ConsumerRecord<String, byte[]> source, Answer<R> answer)
            throws InterruptedException {
        sendAndWait(
                new ProducerRecord<>(
                        kafka.name(results),
                        null,
                        answer.id,
                        resultSerde.encode(answer.result),
                        headers.of(answer.result, source.headers())));
        queue.acknowledge(source, AcknowledgeType.ACCEPT);
        String status = answer.status.name().toLowerCase(Locale.ROOT);
        metrics.counter("langevin.jobs", "jobs", jobs.suffix(), "status", status).increment();
        LOG.atInfo()
                .addKeyValue("id", answer.id)
                .addKeyValue("topic", results.suffix())
                .addKeyValue("status", status)
                .log("job ended");
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

    /** Fails when cancellations cannot be followed any longer. */
    public CompletableFuture<Void> blind() {
        return cancellations.ended();
    }

    /** Lets the job go back to the queue and makes {@link #run} return. */
    @Override
    public void close() {
        closed.countDown();
    }
}
