package io.langevin.publishing.judging;

import java.util.Optional;

/**
 * What became of requests that were asked once more with another checkpoint.
 *
 * @param answered how many it answered
 * @param fault in words, why it cannot serve; empty where it answered all of them
 */
public record Replay(int answered, Optional<String> fault) {

    /** A checkpoint that answers so many requests. */
    public static Replay answered(int requests) {
        return new Replay(requests, Optional.empty());
    }

    /** A checkpoint that does not. */
    public static Replay refused(String why) {
        return new Replay(0, Optional.of(why));
    }
}
