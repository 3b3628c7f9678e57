package io.langevin.operations.dashboard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;

/**
 * The newest of something, at the most so many and so many bytes. Not safe to use from several
 * threads by itself.
 */
final class Newest<T> {
    private final int most;
    private final long mostBytes;
    private final Deque<Kept<T>> kept = new ArrayDeque<>();
    private long bytes;

    private record Kept<T>(T value, long bytes) {}

    Newest(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Adds one, and forgets the oldest ones where they have become too many or too large. */
    void add(T value, long size) {
        kept.addLast(new Kept<>(value, size));
        bytes += size;
        while (kept.size() > most || bytes > mostBytes) {
            bytes -= kept.removeFirst().bytes();
        }
    }

    /** All of them, the oldest first. */
    Stream<T> stream() {
        return kept.stream().map(Kept::value);
    }
}
