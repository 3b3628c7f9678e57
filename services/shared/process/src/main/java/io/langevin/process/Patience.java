package io.langevin.process;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long to wait for what is out of reach, and who is told that somebody waits.
 *
 * @param most without an answer; empty: for ever
 * @param silent before it is said that somebody waits
 * @param teller told once a wait, in a sentence
 */
public record Patience(Optional<Duration> most, Duration silent, Consumer<String> teller) {
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    /** What a service does: it waits until it is needed, and says so in its log. */
    public static final Patience ENDLESS =
            new Patience(Optional.empty(), Duration.ZERO, text -> LOG.atWarn().log(text));

    /** One try. */
    public interface Attempt<T> {
        /**
         * @throws AwayException where another try may help
         */
        T once() throws AwayException, InterruptedException;
    }

    /** Who did not answer, and in what way. */
    public static final class AwayException extends Exception {
        private static final long serialVersionUID = 1;

        public AwayException(Exception cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }

    /**
     * Tries again and again.
     *
     * @param whom such as "the broker localhost:9092"
     * @param remedy what the person who waits can do
     * @throws OutOfReachException where nobody has answered within {@link #most}
     */
    public <T> T waitFor(String whom, String remedy, Attempt<T> attempt)
            throws InterruptedException {
        long begin = System.nanoTime();
        boolean said = false;
        while (true) {
            try {
                return attempt.once();
            } catch (AwayException e) {
                long waited = System.nanoTime() - begin;
                if (most.isPresent() && waited >= most.get().toNanos()) {
                    throw new OutOfReachException(
                            "%s does not answer within %d s (%s): %s"
                                    .formatted(
                                            whom, most.get().toSeconds(), e.getMessage(), remedy));
                }
                if (!said && waited >= silent.toNanos()) {
                    teller.accept("waiting for %s: %s".formatted(whom, e.getMessage()));
                    said = true;
                }
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }
}
