package io.langevin.messaging.queue;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Failures;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.queue.JobRun.Answer;
import io.langevin.process.ConfigurationException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** What a worker writes: results, dead letters, jobs that it puts back. */
final class JobOutput<R extends SpecificRecord> implements AutoCloseable {
    private final KafkaConfig kafka;
    private final String results;
    private final AvroSerde<R> serde;
    private final EventHeaders headers;
    private final Producer<String, byte[]> producer;

    /**
     * @param results whole name of their topic
     * @param writer for {@code ce_source}
     */
    JobOutput(KafkaConfig kafka, String results, AvroSerde<R> serde, String writer) {
        this.kafka = kafka;
        this.results = results;
        this.serde = serde;
        this.headers = EventHeaders.ofService(writer);
        this.producer = kafka.producer(Map.of());
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
            Function<String, Answer<R>> tooLarge)
            throws InterruptedException {
        try {
            sendAndWait(record(job, answer));
            return answer;
        } catch (KafkaException e) {
            if (!Failures.isCausedBy(e, RecordTooLargeException.class)) {
                throw e;
            }
            Answer<R> instead = tooLarge.apply(Failures.reason(e.getCause()));
            sendAndWait(record(job, instead));
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
    void putBack(ConsumerRecord<String, byte[]> job) throws InterruptedException {
        sendAndWait(new ProducerRecord<>(job.topic(), null, job.key(), job.value(), job.headers()));
    }

    /**
     * @throws ConfigurationException where this process may not write there
     */
    void sendAndWait(ProducerRecord<String, byte[]> record) throws InterruptedException {
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                throw new ConfigurationException(
                        "broker %s does not let this process write to %s: allow WRITE there"
                                .formatted(kafka.bootstrap(), record.topic()),
                        e);
            }
            throw new KafkaException("not written: " + e.getCause().getMessage(), e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
