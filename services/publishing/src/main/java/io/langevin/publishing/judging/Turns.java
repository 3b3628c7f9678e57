package io.langevin.publishing.judging;

import io.langevin.messaging.queue.JobContext;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one job at a time have what they share; whoever has waited longest is next. */
final class Turns {
    private static final long TICK_MILLISECONDS = 200;

    private final ReentrantLock lock = new ReentrantLock(true);

    /** What is done in a turn. */
    interface Work<T> {
        T run() throws InterruptedException;
    }

    /**
     * Waits for its turn, unless the job is cancelled meanwhile.
     *
     * @throws io.langevin.messaging.queue.JobCancelledException where it is
     */
    <T> T take(JobContext context, Work<T> work) throws InterruptedException {
        do {
            context.throwIfCancelled();
        } while (!lock.tryLock(TICK_MILLISECONDS, TimeUnit.MILLISECONDS));
        try {
            return work.run();
        } finally {
            lock.unlock();
        }
    }
}
