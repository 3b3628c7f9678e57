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
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a job: whatever its handler throws, it ends with a result. Runs on the job's
 * thread.
 */
final class JobRun<J extends SpecificRecord, R extends SpecificRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
    private static final Duration BACKOFF = Duration.ofSeconds(2);

    private static final int LONGEST_REASON = 8_000;

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

    /** Whether another job of the queue is to go first. */
    boolean isToWait(ConsumerRecord<String, byte[]> source) {
        try {
            return handler.isToWait(serde.decode(source.value()));
        } catch (UnreadableRecordException e) {
            return false; // it becomes a dead letter in its turn
        }
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
            int before = patiently(() -> attempts.begin(id));
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
            return new Answer<>(
                    id, JobStatus.COMPLETED, run(job, context, Postponement.of(source)));
        } catch (RejectedException | OutOfReachException e) {
            return ended(job, JobStatus.FAILED, e.getMessage());
        } catch (JobCancelledException e) {
            return ended(job, JobStatus.CANCELLED, e.getMessage());
        } catch (PostponedException e) {
            isNotToBlame(id);
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

    /**
     * What is out of reach for one job need not be for the next.
     *
     * @param before where it waits already
     * @throws PostponedException where it is to be tried again, behind the others
     * @throws OutOfReachException where it has waited for as long as a job waits
     */
    private R run(J job, JobContext context, Optional<Postponement> before) throws Exception {
        context.throwIfCancelled();
        long begin = System.nanoTime();
        further = false;
        try {
            return handler.run(job, context);
        } catch (RuntimeException e) {
            throwUnlessPassing(e);
            Instant now = Instant.now();
            Instant begun = now.minusNanos(System.nanoTime() - begin);
            // who got further, or went on for long before the failure, had what it needed; who was
            // not tried for long because of others has not waited for it
            boolean anew =
                    before.isEmpty()
                            || further
                            || begun.plus(locks.patience()).isBefore(now)
                            || before.get().tried().plus(locks.patience()).isBefore(begun);
            Instant since = anew ? now : before.get().since();
            if (Duration.between(since, now).compareTo(locks.patience()) > 0) {
                throw outOfReach(e);
            }
            if (anew) {
                sayThatItWaits(e);
            }
            throw new PostponedException(new Postponement(since, now), Failures.reason(e));
        }
    }

    /** A job that waits has not failed its worker. */
    private void isNotToBlame(String id) throws InterruptedException {
        try {
            attempts.gotFurther(id);
        } catch (InterruptException e) {
            throw new InterruptedException("the worker shuts down");
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("id", id)
                    .addKeyValue("reason", Failures.reason(e))
                    .log("the attempt counts as one that came to nothing");
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

    /** While the broker is away the job waits, and that is said once. */
    private <T> T patiently(Callable<T> call) throws Exception {
        long away = 0; // since when
        while (true) {
            try {
                return call.call();
            } catch (RuntimeException e) {
                throwUnlessPassing(e);
                if (away == 0) {
                    away = System.nanoTime();
                    sayThatItWaits(e);
                }
                if (System.nanoTime() - away > locks.patience().toNanos()) {
                    throw outOfReach(e);
                }
                if (closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("the worker shuts down");
                }
            }
        }
    }

    private OutOfReachException outOfReach(RuntimeException why) {
        return new OutOfReachException(
                "out of reach for %d s: %s"
                        .formatted(locks.patience().toSeconds(), Failures.reason(why)));
    }

    private static void throwUnlessPassing(RuntimeException e) throws InterruptedException {
        if (Thread.currentThread().isInterrupted() || Failures.isInterruption(e)) {
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
