package io.langevin.messaging.queue;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.JobStatus;
import org.apache.avro.specific.SpecificRecord;

/**
 * What a {@link JobWorker} does with a job.
 *
 * @param <J> the job's record
 * @param <R> the result's record
 */
public interface JobHandler<J extends SpecificRecord, R extends SpecificRecord> {

    /** The run that the job belongs to: the key of its result and of its cancellation. */
    String id(J job);

    /** Whether another job of the queue is to go first: this one is put back behind all of them. */
    default boolean isToWait(J job) {
        return false;
    }

    /**
     * Does the job. It may run again after a crash: what it leaves behind must be harmless then.
     *
     * @throws RejectedException where the job itself is at fault: it ends as FAILED
     * @throws JobCancelledException through {@link JobContext#throwIfCancelled}
     * @throws java.io.UncheckedIOException where something is out of reach: it is tried again
     */
    R run(J job, JobContext context) throws Exception;

    /** The result of a job that did not complete. */
    R ended(J job, JobStatus status, String reason);
}
