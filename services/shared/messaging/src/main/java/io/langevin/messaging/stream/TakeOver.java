package io.langevin.messaging.stream;

/** Runs when partitions come from another process, before their first record does. */
@FunctionalInterface
public interface TakeOver {
    void partitionsTaken() throws InterruptedException;
}
