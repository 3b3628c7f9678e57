package io.langevin.messaging.queue;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.Failures;
import io.langevin.messaging.Topic;
import io.langevin.messaging.UnreadableRecordException;
import io.langevin.messaging.follow.Cancellations;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.OutOfReachException;
import io.langevin.records.JobStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a job: whatever its handler throws, it ends with a result. Runs on the job's
 * thread.
 */
final class JobRun<J extends SpecificRecord, R extends SpecificRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
    private static final Duration BACKOFF = Duration.ofSeconds(2);

    /** How long a job keeps the others of its worker waiting with it. */
    private static final Duration WAITS_IN_PLACE = Duration.ofSeconds(10);

    /** Header of a job that was put back: when it began to wait, in milliseconds. */
    static final String WAITS_SINCE = "langevin_waits_since";

    private static final int LONGEST_REASON = 8_000;
    private static final int LONGEST_TIME = 18;

    private final Topic<J> jobs;
    private final AvroSerde<J> serde;
    private final JobHandler<J, R> handler;
    private final JobLocks locks;
    private final JobAttemptLog attempts;
    private final Cancellations cancellations;
    private final CountDownLatch closed;

    /** Whether the job has come further since something was away. */
    private volatile boolean further;

    /** How a job ended, and its result. */
    record Answer<R>(String id, JobStatus status, R result) {}

    JobRun(
            Topic<J> jobs,
            AvroSerde<J> serde,
            JobHandler<J, R> handler,
            JobLocks locks,
            JobAttemptLog attempts,
            Cancellations cancellations,
            CountDownLatch closed) {
        this.jobs = jobs;
        this.serde = serde;
        this.handler = handler;
        this.locks = locks;
        this.attempts = attempts;
        this.cancellations = cancellations;
        this.closed = closed;
    }

    /**
     * @throws UnreadableRecordException where nobody can be answered
     * @throws InterruptedException where the job is to go on elsewhere
     */
    Answer<R> answer(ConsumerRecord<String, byte[]> source, JobLease lease)
            throws InterruptedException {
        J job = serde.decode(source.value());
        String id = handler.id(job);
        if (!RecordRules.isId(id)) {
            throw new UnreadableRecordException(
                    "runId: must be a UUID in its usual text form, not '%s'"
                            .formatted(RecordRules.abbreviated(id, 100)));
        }
        try {
            int before = patiently(Optional.empty(), false, () -> attempts.begin(id));
            if (locks.isSpent(before)) {
                return ended(
                        job,
                        JobStatus.FAILED,
                        "given up: its worker died or stopped %d times".formatted(before));
            }
            LOG.atInfo()
                    .addKeyValue("id", id)
                    .addKeyValue("topic", jobs.suffix())
                    .addKeyValue("attempt", before + 1)
                    .log("job begun");
            JobContext context = context(source, id, lease);
            return new Answer<>(id, JobStatus.COMPLETED, run(job, context, waitsSince(source)));
        } catch (RejectedException | OutOfReachException e) {
            return ended(job, JobStatus.FAILED, e.getMessage());
        } catch (JobCancelledException e) {
            return ended(job, JobStatus.CANCELLED, e.getMessage());
        } catch (PostponedException e) {
            attempts.gotFurther(id); // its worker is not to blame
            throw e;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | Error e) { // a defect of the handler is the end of this job only
            LOG.atError().addKeyValue("id", id).setCause(e).log("job failed");
            StringWriter stack = new StringWriter();
            e.printStackTrace(new PrintWriter(stack));
            return ended(job, JobStatus.FAILED, "defect: " + stack);
        }
    }

    private R run(J job, JobContext context, Optional<Instant> since) throws Exception {
        return patiently(
                since,
                true,
                () -> {
                    context.throwIfCancelled();
                    return handler.run(job, context);
                });
    }

    /** Since when a job has been put back again and again. The header comes from outside. */
    private static Optional<Instant> waitsSince(ConsumerRecord<?, ?> source) {
        Header header = source.headers().lastHeader(WAITS_SINCE);
        if (header == null || header.value() == null || header.value().length > LONGEST_TIME) {
            return Optional.empty();
        }
        try {
            long millis = Long.parseLong(new String(header.value(), StandardCharsets.US_ASCII));
            Instant now = Instant.now();
            Instant since = Instant.ofEpochMilli(Math.max(0, millis));
            return Optional.of(since.isAfter(now) ? now : since);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private JobContext context(ConsumerRecord<String, byte[]> source, String id, JobLease lease) {
        var hold =
                new JobContext.Hold() {
                    @Override
                    public void requireHeld() throws InterruptedException {
                        lease.requireHeld();
                    }

                    @Override
                    public void gotFurther() throws InterruptedException {
                        further = true;
                        attempts.gotFurther(id);
                    }
                };
        return new JobContext(
                source.headers(),
                Instant.ofEpochMilli(source.timestamp()),
                () -> cancellations.of(id),
                hold);
    }

    Answer<R> ended(J job, JobStatus status, String reason) {
        String text = RecordRules.abbreviated(reason, LONGEST_REASON);
        return new Answer<>(handler.id(job), status, handler.ended(job, status, text));
    }

    /** The result of a job whose own result is larger than a topic takes. */
    Answer<R> tooLarge(ConsumerRecord<String, byte[]> source, String why) {
        return ended(
                serde.decode(source.value()), JobStatus.FAILED, "result: is too large: " + why);
    }

    /**
     * While a store or the broker is away the job waits, and that is said once.
     *
     * @param before when it began to wait, where it has been put back since
     * @param mayBePutBack whether others of the queue may go first after a while
     * @throws PostponedException where they may
     * @throws OutOfReachException where it has waited for as long as a job waits
     */
    private <T> T patiently(Optional<Instant> before, boolean mayBePutBack, Callable<T> call)
            throws Exception {
        long away = 0; // since when, of a failure that is not over
        Optional<Instant> since = before;
        while (true) {
            long begin = System.nanoTime();
            try {
                return call.call();
            } catch (RuntimeException e) {
                throwUnlessPassing(e);
                long now = System.nanoTime();
                // who got further, or went on for long before the failure, had what it needed
                boolean anew = further || now - begin > locks.patience().toNanos();
                further = false;
                if (anew || since.isEmpty()) {
                    since = Optional.of(Instant.now());
                    sayThatItWaits(e);
                }
                away = anew || away == 0 ? now : away;
                Duration waited = Duration.between(since.get(), Instant.now());
                if (waited.compareTo(locks.patience()) > 0) {
                    throw new OutOfReachException(
                            "out of reach for %d s: %s"
                                    .formatted(locks.patience().toSeconds(), Failures.reason(e)));
                }
                if (mayBePutBack && now - away > WAITS_IN_PLACE.toNanos()) {
                    throw new PostponedException(since.get(), Failures.reason(e));
                }
                if (closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("the worker shuts down");
                }
            }
        }
    }

    private static void throwUnlessPassing(RuntimeException e) throws InterruptedException {
        if (Failures.isCausedBy(e, InterruptException.class)
                || Failures.isCausedBy(e, ClosedByInterruptException.class)) {
            throw new InterruptedException("the worker shuts down");
        }
        if (!Failures.isPassing(e)) {
            throw e;
        }
    }

    private void sayThatItWaits(RuntimeException why) {
        LOG.atWarn()
                .addKeyValue("topic", jobs.suffix())
                .addKeyValue("reason", Failures.reason(why))
                .log("something is out of reach: the job waits");
    }
}
