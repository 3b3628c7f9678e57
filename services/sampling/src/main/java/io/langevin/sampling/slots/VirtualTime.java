package io.langevin.sampling.slots;

import java.util.PriorityQueue;

/**
 * When requests would end if every one that has not ended had the same part of the device. It
 * counts the rows that each would have had so far. Owned by one thread.
 */
public final class VirtualTime {
    private final PriorityQueue<Double> ends = new PriorityQueue<>();
    private double now;

    /**
     * A request comes.
     *
     * @param rows of all its images together
     * @return when it would end
     */
    public double enter(long rows) {
        double end = now + rows;
        ends.add(end);
        return end;
    }

    /**
     * A request leaves early, whoever's part it had.
     *
     * @param end what {@link #enter} said
     */
    void leave(double end) {
        ends.remove(end);
    }

    /** The device has done so many rows, whoever's they were. */
    public void pass(int rows) {
        double left = rows;
        while (!ends.isEmpty()) {
            double untilNextEnd = (ends.element() - now) * ends.size();
            if (untilNextEnd > left) {
                now += left / ends.size();
                return;
            }
            left -= untilNextEnd;
            now = ends.remove();
        }
    }

    /** Rows that each would have had so far. */
    public double now() {
        return now;
    }
}
