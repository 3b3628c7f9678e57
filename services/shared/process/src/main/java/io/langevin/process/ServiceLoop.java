package io.langevin.process;

/** What a service does until it is closed. */
public interface ServiceLoop extends AutoCloseable {

    /** Works until closed, on one thread; then lets go of everything it holds. */
    void run() throws Exception;

    /** Whether it can do its work now: false while something is away that it needs. */
    default boolean isWorking() {
        return true;
    }

    /** Makes {@link #run} return soon. May be called from any thread, also twice. */
    @Override
    void close();
}
