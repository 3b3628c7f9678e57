package io.langevin.trajectory;

import io.langevin.noise.SamplingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * Images on their way from noise, sharing each network call whatever row of whatever plan they are
 * at. Slots 0 to {@link #size()} − 1 are taken; one that ends is filled by the last. What becomes
 * of an image does not depend on the others. Owned by one thread.
 *
 * @param <T> what an image is for
 */
public final class TrajectoryBatch<T> implements AutoCloseable {
    /** Draws the noise of every batch; a batch needs no thread of its own. */
    private static final ExecutorService DRAWING =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "noise");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final ScoreNetwork network;
    private final int dimension;
    private final List<Trajectory<T>> trajectories = new ArrayList<>();
    private final int capacity;
    private final float[] x;
    private final float[] f;
    private final float[] z;
    private final float[] sigma;

    /**
     * An image at the end of its plan.
     *
     * @param pixels D numbers, about 0 to 1, not clamped
     */
    public record Finished<T>(T owner, float[] pixels) {}

    /** Closes the network when it is closed. */
    public TrajectoryBatch(ScoreNetwork network, int capacity) {
        this.network = network;
        this.dimension = network.dimension();
        this.capacity = capacity;
        this.x = new float[capacity * dimension];
        this.f = new float[capacity * dimension];
        this.z = new float[capacity * dimension];
        this.sigma = new float[capacity];
    }

    public int size() {
        return trajectories.size();
    }

    public int free() {
        return capacity - trajectories.size();
    }

    /** A new image joins the next call, at u + σ₀·z with u ~ U[0, 1). */
    public void add(T owner, SamplingPlan plan, ImageNoise noise) {
        add(owner, plan, noise, AfterRow.NOTHING);
    }

    /** The same, with something more to do after each row. */
    public void add(T owner, SamplingPlan plan, ImageNoise noise, AfterRow task) {
        float[] start = new float[dimension];
        noise.uniform(start);
        if (plan.initialNoise() > 0) {
            float[] first = new float[dimension];
            noise.normal(first);
            for (int k = 0; k < dimension; k++) {
                start[k] += (float) plan.initialNoise() * first[k];
            }
        }
        add(owner, plan, noise, task, start);
    }

    /** A new image joins the next call, at {@code start}. */
    public void add(T owner, SamplingPlan plan, ImageNoise noise, AfterRow task, float[] start) {
        requireRoom();
        System.arraycopy(start, 0, x, size() * dimension, dimension);
        trajectories.add(new Trajectory<>(owner, plan, noise, task));
    }

    /** One network call moves every image by one row; its noise is drawn meanwhile. */
    public List<Finished<T>> step() {
        if (trajectories.isEmpty()) {
            return List.of();
        }
        for (int slot = 0; slot < size(); slot++) {
            sigma[slot] = (float) trajectories.get(slot).next().sigma();
        }
        CompletableFuture<Void> drawn = CompletableFuture.runAsync(this::draw, DRAWING);
        try {
            network.evaluate(x, sigma, f, size());
        } finally {
            drawn.join();
        }
        List<Finished<T>> finished = new ArrayList<>();
        for (int slot = size() - 1; slot >= 0; slot--) {
            Trajectory<T> trajectory = trajectories.get(slot);
            move(slot * dimension, trajectory);
            if (trajectory.row == trajectory.plan.networkEvaluations()) {
                finished.add(new Finished<>(trajectory.owner, pixels(slot)));
                remove(slot);
            }
        }
        return finished;
    }

    /** The noise of every image's next row. */
    private void draw() {
        float[] one = new float[dimension];
        for (int slot = 0; slot < size(); slot++) {
            Trajectory<T> trajectory = trajectories.get(slot);
            if (trajectory.next().c() != 0) {
                trajectory.noise.normal(one);
                System.arraycopy(one, 0, z, slot * dimension, dimension);
            }
        }
    }

    private void move(int offset, Trajectory<T> trajectory) {
        SamplingPlan.Row row = trajectory.next();
        trajectory.row++;
        trajectory.task.evaluated(row.scale() * row.sigma(), x, f, offset, dimension);
        float a = (float) row.a();
        float b = (float) row.b();
        float c = (float) row.c();
        float d = (float) row.d();
        if (trajectory.task.wantsEstimate(trajectory.row)) {
            trajectory.task.estimated(
                    trajectory.row, estimate(offset, (float) (row.scale() * row.sigma())));
        }
        float[] kept = trajectory.kept;
        float[] keeps = row.keeps() ? new float[dimension] : kept;
        for (int k = 0; k < dimension; k++) {
            float before = x[offset + k];
            float score = f[offset + k];
            float after = a * before + b * score;
            if (c != 0) {
                after += c * z[offset + k];
            }
            if (d != 0) {
                after += d * kept[k];
            }
            if (row.keeps()) {
                keeps[k] = (float) row.keepX() * before + (float) row.keepF() * score;
            }
            x[offset + k] = after;
        }
        trajectory.kept = keeps;
        trajectory.task.afterRow(
                trajectory.row,
                trajectory.plan.sigmaAfter(trajectory.row),
                x,
                offset,
                trajectory.noise);
    }

    /** x + scale·f(x), the image without its noise (Tweedie). */
    private float[] estimate(int offset, float scale) {
        float[] pixels = new float[dimension];
        for (int k = 0; k < dimension; k++) {
            pixels[k] = x[offset + k] + scale * f[offset + k];
        }
        return pixels;
    }

    /** Takes out at most so many images whose owner matches; {@link #resume} lets them go on. */
    public List<Parked<T>> park(Predicate<T> matches, int most) {
        List<Parked<T>> parked = new ArrayList<>();
        for (int slot = size() - 1; slot >= 0 && parked.size() < most; slot--) {
            Trajectory<T> trajectory = trajectories.get(slot);
            if (matches.test(trajectory.owner)) {
                parked.add(new Parked<>(trajectory, pixels(slot)));
                remove(slot);
            }
        }
        return parked;
    }

    /** An image goes on at the next call as if it had never been out. */
    public void resume(Parked<T> parked) {
        requireRoom();
        if (parked.x().length != dimension) {
            throw new IllegalArgumentException(
                    "x: must have %d numbers, not %d".formatted(dimension, parked.x().length));
        }
        System.arraycopy(parked.x(), 0, x, size() * dimension, dimension);
        trajectories.add(parked.trajectory());
    }

    /** Gives up the images whose owner matches; how many. */
    public int removeIf(Predicate<T> matches) {
        int removed = 0;
        for (int slot = size() - 1; slot >= 0; slot--) {
            if (matches.test(trajectories.get(slot).owner)) {
                remove(slot);
                removed++;
            }
        }
        return removed;
    }

    private void requireRoom() {
        if (free() == 0) {
            throw new IllegalStateException("all %d slots are taken".formatted(capacity));
        }
    }

    private void remove(int slot) {
        int last = size() - 1;
        System.arraycopy(x, last * dimension, x, slot * dimension, dimension);
        trajectories.set(slot, trajectories.get(last));
        trajectories.remove(last);
    }

    /** Where the images are now: size()·D numbers, slot after slot. */
    public float[] positions() {
        return Arrays.copyOf(x, size() * dimension);
    }

    private float[] pixels(int slot) {
        return Arrays.copyOfRange(x, slot * dimension, (slot + 1) * dimension);
    }

    @Override
    public void close() {
        network.close();
    }
}
