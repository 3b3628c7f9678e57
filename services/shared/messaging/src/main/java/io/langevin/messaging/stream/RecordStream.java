package io.langevin.messaging.stream;

import java.time.Duration;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records to work on, in any order: what each leads to and that it is done become visible together.
 * Owned by one thread.
 */
public interface RecordStream<T extends SpecificRecord> {
    /**
     * Hands out up to {@code atMost} records; what cannot be read goes to the dead letters and is
     * done. Call it at least every few seconds, with {@code atMost} 0 where there is no room. It
     * waits for a record where none is there, and as long where there is no room.
     *
     * @param refusal what tells the sender of a record that cannot be read
     * @throws RuntimeException where this stream has failed: what is not done comes back from
     *     another one
     */
    List<Claim<T>> poll(Duration timeout, int atMost, Refusal refusal);

    /** The same; a record that cannot be read has its dead letter only. */
    default List<Claim<T>> poll(Duration timeout, int atMost) {
        return poll(timeout, atMost, (record, reason) -> List.of());
    }

    /** The dead letter of a record that could be read but cannot be answered. */
    ProducerRecord<String, byte[]> deadLetter(Claim<T> claim, String reason);

    /** Ends a record that led to these outputs; nothing where somebody else has it now. */
    void complete(Claim<T> claim, List<ProducerRecord<String, byte[]>> outputs);

    /** Writes outputs of a record that is not done yet; it stays claimed. */
    void publish(Claim<T> claim, List<ProducerRecord<String, byte[]>> outputs);

    /** Waits until what was completed so far is committed; gives up after {@code most}. */
    void flush(Duration most);

    /** Records that have not been read yet, as far as is known. */
    long lag();
}
