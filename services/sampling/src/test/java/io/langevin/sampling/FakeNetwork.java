package io.langevin.sampling;

import io.langevin.score.Checkpoint;
import io.langevin.trajectory.ScoreNetwork;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The score of N(0, 1) blurred by σ; counts images, and calls as often as it is allowed to. */
final class FakeNetwork implements ScoreNetwork {
    private final int dimension;
    private final AtomicLong images = new AtomicLong();
    private final AtomicLong callCount = new AtomicLong();
    private final AtomicLong largestCall = new AtomicLong();
    private final Semaphore calls;
    private final AtomicBoolean closed = new AtomicBoolean();

    private final Duration time;
    private volatile boolean broken;

    private FakeNetwork(Checkpoint checkpoint, Semaphore calls, Duration time) {
        this.dimension = checkpoint.architecture().dimension();
        this.calls = calls;
        this.time = time;
    }

    /** Answers at once. */
    static FakeNetwork free(Checkpoint checkpoint) {
        return new FakeNetwork(checkpoint, new Semaphore(Integer.MAX_VALUE / 2), Duration.ZERO);
    }

    /** Answers when it has been {@link #allow allowed} to. */
    static FakeNetwork held(Checkpoint checkpoint) {
        return new FakeNetwork(checkpoint, new Semaphore(0), Duration.ZERO);
    }

    /** Answers so long after it has been {@link #allow allowed} to. */
    static FakeNetwork held(Checkpoint checkpoint, Duration time) {
        return new FakeNetwork(checkpoint, new Semaphore(0), time);
    }

    /** Answers after that time. */
    static FakeNetwork taking(Checkpoint checkpoint, Duration time) {
        return new FakeNetwork(checkpoint, new Semaphore(Integer.MAX_VALUE / 2), time);
    }

    /** Fails at every call. */
    static FakeNetwork throwing(Checkpoint checkpoint) {
        FakeNetwork network = free(checkpoint);
        network.broken = true;
        return network;
    }

    long calls() {
        return callCount.get();
    }

    void allow(int more) {
        calls.release(more);
    }

    /** Images of all calls together. */
    long images() {
        return images.get();
    }

    /** Images of the call that had the most. */
    long largestCall() {
        return largestCall.get();
    }

    /** Whether somebody waits to be allowed to call. */
    boolean isCalled() {
        return calls.hasQueuedThreads();
    }

    boolean isClosed() {
        return closed.get();
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
        calls.acquireUninterruptibly();
        if (broken) {
            throw new IllegalStateException("out of order");
        }
        images.addAndGet(count);
        largestCall.accumulateAndGet(count, Math::max);
        callCount.incrementAndGet(); // last: whoever has seen it may look at the others
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        for (int k = 0; k < count * dimension; k++) {
            float s = sigma[k / dimension];
            f[k] = -s * x[k] / (1 + s * s);
        }
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
