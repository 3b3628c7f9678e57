package io.langevin.messaging.queue;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.Broker;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.messaging.follow.Cancellations;
import io.langevin.messaging.follow.FirstFailure;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.queue.JobRun.Answer;
import io.langevin.process.ConfigurationException;
import io.langevin.process.ServiceLoop;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
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
    private static final Duration TICK = Duration.ofMillis(50);

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration SCHEMA_WITHIN = Duration.ofSeconds(2);

    private final KafkaConfig kafka;
    private final Topic<J> jobs;
    private final Topic<R> results;
    private final String reader;
    private final JobLocks locks;
    private final AvroSerde<J> jobSerde;
    private final JobOutput<R> output;
    private final DeadLetters deadLetters;
    private final Cancellations cancellations;
    private final JobAttemptLog attempts;
    private final JobRun<J, R> run;
    private final JobThread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final MeterRegistry metrics;
    private final AtomicInteger busy;
    private volatile boolean away;

    /** Jobs that were too early, since the last one that was not. */
    private final Set<String> early = new HashSet<>();

    private JobQueue queue;

    private JobWorker(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<J> jobs,
            Topic<R> results,
            String reader,
            JobLocks locks,
            JobHandler<J, R> handler,
            DeadLetters deadLetters,
            MeterRegistry metrics)
            throws InterruptedException {
        this.kafka = kafka;
        this.jobs = jobs;
        this.results = results;
        this.reader = reader;
        this.locks = locks;
        this.jobSerde = schemas.serde(jobs);
        this.deadLetters = deadLetters;
        this.output =
                JobOutput.open(
                        kafka, kafka.name(results), schemas.serde(results), reader, locks.lock());
        this.cancellations = Cancellations.following(Followers.of(kafka, schemas));
        this.attempts = JobAttemptLog.open(kafka, schemas, jobs, reader);
        this.run = new JobRun<>(jobs, jobSerde, handler, locks, attempts, cancellations, closed);
        this.thread = new JobThread(reader + "-job");
        this.metrics = metrics;
        this.busy =
                metrics.gauge(
                        "langevin.jobs.busy", Tags.of("jobs", jobs.suffix()), new AtomicInteger());
        this.queue = JobQueue.open(kafka, kafka.name(jobs), kafka.group(reader), locks);
    }

    /**
     * @param reader names the group, the job's thread and the writer of results
     * @throws ConfigurationException where this process may not write results
     */
    public static <J extends SpecificRecord, R extends SpecificRecord> JobWorker<J, R> open(
            KafkaConfig kafka,
            Schemas schemas,
            Topic<J> jobs,
            Topic<R> results,
            String reader,
            JobLocks locks,
            JobHandler<J, R> handler,
            DeadLetters deadLetters,
            MeterRegistry metrics)
            throws InterruptedException {
        Broker.requireWrite(kafka, results, jobs, Topics.JOB_ATTEMPTS);
        return new JobWorker<>(
                kafka, schemas, jobs, results, reader, locks, handler, deadLetters, metrics);
    }

    @Override
    public void run() throws InterruptedException {
        try {
            while (!isClosed()) {
                try {
                    Optional<ConsumerRecord<String, byte[]>> job = queue.poll(POLL);
                    if (job.isPresent()) {
                        take(job.get());
                    }
                } catch (ConfigurationException | JobThread.StuckException e) {
                    throw e;
                } catch (RuntimeException e) { // the job comes back, and its attempts are counted
                    joinAgain(e);
                }
            }
        } finally {
            thread.close();
            cancellations.close();
            attempts.close();
            output.close();
            queue.close();
        }
    }

    /** The broker was away or took the job back: a fresh member of the group goes on. */
    private void joinAgain(RuntimeException why) throws InterruptedException {
        LOG.atWarn()
                .addKeyValue("topic", jobs.suffix())
                .addKeyValue("reason", Failures.reason(why))
                .log("lost the broker or the job's lock; joining again");
        away = true;
        queue = queue.joinAgain(closed, BACKOFF);
        away = false;
    }

    private void take(ConsumerRecord<String, byte[]> source) throws InterruptedException {
        try (var lease = new JobLease(queue::renew, source, locks.lock())) {
            boolean lastDelivery =
                    source.deliveryCount().orElse((short) 1) >= JobQueue.DELIVERIES - 1;
            if (lastDelivery) {
                putBack(source, lease);
            } else if (!jobSerde.awaitReadable(source.value(), SCHEMA_WITHIN, closed)) {
                queue.acknowledge(lease.held(), AcknowledgeType.RELEASE);
            } else if (Postponement.of(source).filter(Postponement::isTooEarly).isPresent()
                    || run.isToWait(source)) {
                comeBackLater(source, lease);
            } else {
                early.clear();
                EventHeaders.begin(source);
                work(source, lease);
            }
        }
    }

    /** Where none but jobs that wait are left, it is not asked for them again and again. */
    private void comeBackLater(ConsumerRecord<String, byte[]> source, JobLease lease)
            throws InterruptedException {
        if (!early.add(String.valueOf(source.key()))) {
            early.clear();
            closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
        putBack(source, lease);
    }

    /** Behind the other jobs: the broker would drop it in silence. */
    private void putBack(ConsumerRecord<String, byte[]> source, JobLease lease)
            throws InterruptedException {
        output.putBack(source, lease);
        queue.acknowledge(lease.held(), AcknowledgeType.ACCEPT);
    }

    /** Renews the lock until the job has ended, or until this worker is closed. */
    private void work(ConsumerRecord<String, byte[]> source, JobLease lease)
            throws InterruptedException {
        busy.set(1);
        Future<Answer<R>> running = thread.begin(() -> run.answer(source, lease));
        try {
            report(source, lease, awaited(running, lease));
        } catch (ExecutionException e) {
            notAnswered(source, lease, e.getCause());
        } catch (RuntimeException e) {
            running.cancel(true); // somebody else may have the job now
            thread.awaitIdle(e);
            throw e;
        } finally {
            busy.set(0);
        }
    }

    private Answer<R> awaited(Future<Answer<R>> running, JobLease lease)
            throws InterruptedException, ExecutionException {
        long stopped = 0;
        while (true) {
            try {
                return running.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                lease.keep();
                if (stopped == 0 && isClosed()) {
                    stopped = System.nanoTime();
                    thread.interrupt();
                }
                if (stopped != 0 && System.nanoTime() - stopped > JobThread.GRACE.toNanos()) {
                    throw new ExecutionException(
                            new InterruptedException(
                                    "the job did not stop within " + JobThread.GRACE));
                }
            }
        }
    }

    private void notAnswered(ConsumerRecord<String, byte[]> source, JobLease lease, Throwable why)
            throws InterruptedException {
        if (why instanceof InterruptedException || why instanceof InterruptException) {
            queue.acknowledge(lease.held(), AcknowledgeType.RELEASE); // it goes on elsewhere
            return;
        }
        if (Failures.isPassing(why)) {
            putBack(source, lease); // such as a registry that went away just now
            return;
        }
        if (why instanceof PostponedException postponed) {
            postponed.postponement().writeTo(source);
            putBack(source, lease);
            return;
        }
        String reason = why instanceof UnreadableRecordException ? why.getMessage() : "" + why;
        LOG.atWarn()
                .addKeyValue("topic", source.topic())
                .addKeyValue("offset", source.offset())
                .addKeyValue("reason", reason)
                .log("dead letter");
        output.write(deadLetters.of(source, reason), lease);
        queue.acknowledge(lease.held(), AcknowledgeType.REJECT);
    }

    private void report(ConsumerRecord<String, byte[]> source, JobLease lease, Answer<R> answer)
            throws InterruptedException {
        Answer<R> written = output.write(source, answer, why -> run.tooLarge(source, why), lease);
        queue.acknowledge(lease.held(), AcknowledgeType.ACCEPT);
        attempts.ended(written.id());
        String status = written.status().name().toLowerCase(Locale.ROOT);
        metrics.counter("langevin.jobs", "jobs", jobs.suffix(), "status", status).increment();
        LOG.atInfo()
                .addKeyValue("id", written.id())
                .addKeyValue("topic", results.suffix())
                .addKeyValue("status", status)
                .log("job ended");
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public boolean isWorking() {
        return !away;
    }

    /** Fails when cancellations or attempts cannot be followed any longer. */
    public CompletableFuture<Void> cancellationsLost() {
        return FirstFailure.of(List.of(cancellations.ended(), attempts.ended()));
    }

    /** Lets the job go back to the queue and makes {@link #run} return. */
    @Override
    public void close() {
        closed.countDown();
    }
}
