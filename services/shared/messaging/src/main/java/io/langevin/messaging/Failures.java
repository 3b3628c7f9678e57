package io.langevin.messaging;

import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.ReadOnlyFileSystemException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Tells failures that may pass from those that come again however often one tries. */
public final class Failures {
    private Failures() {}

    /**
     * Whether trying again can help, by the type of the failure and of what caused it: a broker, a
     * registry or a store that is away. What is too large, invalid or not allowed stays so.
     */
    public static boolean isPassing(Throwable failure) {
        boolean passing = false;
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (isPermanent(e)) {
                return false;
            }
            passing |=
                    e instanceof UncheckedIOException
                            || e instanceof RetriableException
                            || e instanceof KafkaException && !(e instanceof ApiException);
        }
        return passing;
    }

    private static boolean isPermanent(Throwable e) {
        return e instanceof RecordTooLargeException
                || e instanceof AuthorizationException
                || e instanceof AuthenticationException
                || e instanceof SerializationException
                || e instanceof InvalidTopicException
                || e instanceof InvalidConfigurationException && !(e instanceof RetriableException)
                || e instanceof UnsupportedVersionException
                || e instanceof AccessDeniedException
                || e instanceof ReadOnlyFileSystemException;
    }

    /** Whether a thread was interrupted, be it in the middle of a read or a write. */
    public static boolean isInterruption(Throwable failure) {
        return isCausedBy(failure, InterruptedException.class)
                || isCausedBy(failure, InterruptException.class)
                || isCausedBy(failure, ClosedByInterruptException.class);
    }

    /** Whether the cause of a failure, or of its cause, is of a type. */
    public static boolean isCausedBy(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (type.isInstance(e)) {
                return true;
            }
        }
        return false;
    }

    /** What began a failure. */
    public static Throwable rootCause(Throwable failure) {
        Throwable e = failure;
        while (e.getCause() != null) {
            e = e.getCause();
        }
        return e;
    }

    /** The first message of a failure, from the outside inwards, for a person. */
    public static String reason(Throwable failure) {
        Throwable e = failure;
        while (e.getCause() != null && e.getMessage() == null) {
            e = e.getCause();
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
