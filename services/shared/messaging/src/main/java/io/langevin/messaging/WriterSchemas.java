package io.langevin.messaging;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.Futures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;

/**
 * The schemas that records were written with, by their id in the registry. They are asked for on
 * threads of their own: {@link #isAnswered} tells whether an id needs a registry that is away, and
 * nobody else has to wait for it. Safe to use from several threads.
 */
final class WriterSchemas {
    private static final int MOST = 10_000;
    private static final int THREADS = 4;
    private static final Duration TRY_AGAIN = Duration.ofMillis(500);

    private static final Duration MOMENT = Duration.ofMillis(100);

    /** A schema that is not there now may be registered later. */
    private static final Duration REFUSAL_HOLDS = Duration.ofSeconds(10);

    private final SchemaRegistryClient registry;
    private final Executor asking = daemons();

    /** The least recently used first. */
    private final Map<Integer, Lookup> lookups =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Integer, Lookup> eldest) {
                    return size() > MOST;
                }
            };

    /**
     * @param nanos when it was asked for
     */
    private record Lookup(CompletableFuture<Schema> answer, long nanos) {
        boolean isOver() {
            if (!answer.isCompletedExceptionally()) {
                return false;
            }
            Duration holds = isAway() ? TRY_AGAIN : REFUSAL_HOLDS;
            return System.nanoTime() - nanos > holds.toNanos();
        }

        boolean isAway() {
            try {
                answer.getNow(null);
                return false;
            } catch (CompletionException e) {
                return e.getCause() instanceof UncheckedIOException;
            }
        }
    }

    WriterSchemas(SchemaRegistryClient registry) {
        this.registry = registry;
    }

    /** A schema that is known without asking. */
    synchronized void know(int id, Schema schema) {
        lookups.put(id, new Lookup(CompletableFuture.completedFuture(schema), System.nanoTime()));
    }

    /**
     * Whether {@link #of} answers without the registry, be it by a refusal. Never waits; where the
     * answer is false, the registry is being asked.
     */
    boolean isAnswered(int id) {
        Lookup lookup = lookup(id);
        return lookup.answer.isDone() && !lookup.isAway();
    }

    /** The same, after a moment in which a registry that is there would have answered. */
    boolean isAnsweredSoon(int id) {
        try {
            lookup(id).answer.get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return isAnswered(id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return isAnswered(id);
    }

    /**
     * Waits for the registry's answer, or until it is known to be away.
     *
     * @throws UnreadableRecordException where the id names no Avro schema, now and later
     * @throws UncheckedIOException where the registry cannot be reached
     */
    Schema of(int id) {
        return Futures.join(lookup(id).answer);
    }

    private synchronized Lookup lookup(int id) {
        Lookup known = lookups.get(id);
        if (known != null && !known.isOver()) {
            return known;
        }
        var lookup =
                new Lookup(
                        CompletableFuture.supplyAsync(() -> fetch(id), asking), System.nanoTime());
        lookups.put(id, lookup);
        return lookup;
    }

    /** A registry that cannot be reached (refused, timed out, 5xx) is the only reason to wait. */
    private Schema fetch(int id) {
        try {
            if (registry.getSchemaById(id) instanceof AvroSchema avro) {
                return avro.rawSchema();
            }
            throw unusable(id, "is not an Avro schema");
        } catch (RestClientException e) {
            if (RegistryErrors.isAway(e)) {
                throw new UncheckedIOException(new IOException("registry: " + e.getMessage(), e));
            }
            throw unusable(
                    id,
                    e.getStatus() == 404
                            ? "is not in the registry"
                            : "is refused by the registry: " + e.getMessage());
        } catch (IOException e) {
            if (RegistryErrors.isAway(e)) {
                throw new UncheckedIOException("registry: " + e.getMessage(), e);
            }
            throw unusable(id, "is not an Avro schema that can be read: " + e.getMessage());
        } catch (UnreadableRecordException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) { // whatever a parser makes of the text
            throw unusable(id, "cannot be read: " + e);
        }
    }

    private static UnreadableRecordException unusable(int id, String why) {
        return new UnreadableRecordException(
                "value: schema id %d %s".formatted(id, RecordRules.abbreviated(why, 500)));
    }

    private static Executor daemons() {
        var threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> {
                            Thread thread = new Thread(task, "schemas");
                            thread.setDaemon(true);
                            return thread;
                        });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
