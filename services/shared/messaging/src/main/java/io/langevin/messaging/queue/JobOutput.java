package io.langevin.messaging.queue;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.queue.JobRun.Answer;
import io.langevin.process.ConfigurationException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * What a worker writes: results, dead letters, jobs that it puts back. The lock of the job is kept
 * until what it writes is safe, or two workers would have the job when the broker is slow.
 */
final class JobOutput<R extends SpecificRecord> implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(50);

    private final String broker;
    private final String results;
    private final AvroSerde<R> serde;
    private final EventHeaders headers;
    private final Producer<String, byte[]> producer;

    /** Writes by a producer that is there; {@link #open} says what the others are. */
    JobOutput(
            String broker,
            String results,
            AvroSerde<R> serde,
            String writer,
            Producer<String, byte[]> producer) {
        this.broker = broker;
        this.results = results;
        this.serde = serde;
        this.headers = EventHeaders.ofService(writer);
        this.producer = producer;
    }

    /**
     * @param results whole name of their topic
     * @param writer for {@code ce_source}
     * @param lock of a job; no call here goes for longer than a third of it without renewing it
     */
    static <R extends SpecificRecord> JobOutput<R> open(
            KafkaConfig kafka, String results, AvroSerde<R> serde, String writer, Duration lock) {
        long blocked = lock.dividedBy(3).toMillis();
        return new JobOutput<>(
                kafka.bootstrap(),
                results,
                serde,
                writer,
                kafka.producer(Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, blocked)));
    }

    /**
     * Returns when the answer is safe.
     *
     * @param tooLarge makes the answer of a job whose own is larger than its topic takes
     * @return the answer that was written
     */
    Answer<R> write(
            ConsumerRecord<String, byte[]> job,
            Answer<R> answer,
            Function<String, Answer<R>> tooLarge,
            JobLease lease)
            throws InterruptedException {
        try {
            write(record(job, answer), lease);
            return answer;
        } catch (KafkaException e) {
            if (!Failures.isCausedBy(e, RecordTooLargeException.class)) {
                throw e;
            }
            Answer<R> instead = tooLarge.apply(Failures.reason(e.getCause()));
            write(record(job, instead), lease);
            return instead;
        }
    }

    private ProducerRecord<String, byte[]> record(
            ConsumerRecord<String, byte[]> job, Answer<R> answer) {
        return new ProducerRecord<>(
                results,
                null,
                answer.id(),
                serde.encode(answer.result()),
                headers.of(answer.result(), job.headers()));
    }

    /** A job once more, behind all others. */
    void putBack(ConsumerRecord<String, byte[]> job, JobLease lease) throws InterruptedException {
        write(
                new ProducerRecord<>(job.topic(), null, job.key(), job.value(), job.headers()),
                lease);
    }

    /**
     * @throws ConfigurationException where this process may not write there
     */
    void write(ProducerRecord<String, byte[]> record, JobLease lease) throws InterruptedException {
        try {
            awaitSafe(producer.send(record), lease);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                throw new ConfigurationException(
                        "broker %s does not let this process write to %s: allow WRITE there"
                                .formatted(broker, record.topic()),
                        e);
            }
            throw new KafkaException("not written: " + e.getCause().getMessage(), e);
        }
    }

    /**
     * Returns when a record is written, and holds on to the job until then.
     *
     * @throws KafkaException where the job's lock was lost meanwhile
     */
    private static void awaitSafe(Future<?> written, JobLease lease)
            throws InterruptedException, ExecutionException {
        while (true) {
            try {
                written.get(TICK.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                lease.keep();
            }
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
