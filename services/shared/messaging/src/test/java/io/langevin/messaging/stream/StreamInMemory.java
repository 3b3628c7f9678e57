package io.langevin.messaging.stream;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.UnreadableRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** One partition without a broker; a record may end once. */
public final class StreamInMemory<T extends SpecificRecord> implements RecordStream<T> {
    private final TopicPartition topic;
    private final AvroSerde<T> serde;
    private final DeadLetters deadLetters;
    private final Consumer<ProducerRecord<String, byte[]>> outputs;
    private final Queue<ConsumerRecord<String, byte[]>> waiting = new ArrayDeque<>();
    private final Set<Long> ended = new HashSet<>();
    private final ClaimedPartition partition;
    private long offset;

    /**
     * @param outputs takes what becomes visible
     */
    public StreamInMemory(
            String topic,
            AvroSerde<T> serde,
            DeadLetters deadLetters,
            Consumer<ProducerRecord<String, byte[]>> outputs) {
        this.topic = new TopicPartition(topic, 0);
        this.serde = serde;
        this.deadLetters = deadLetters;
        this.outputs = outputs;
        this.partition = new ClaimedPartition(this.topic, OffsetLedger.startingAt(0));
    }

    /** Somebody sends a record. */
    public void send(String key, T record) {
        send(key, serde.encode(record));
    }

    /** Somebody sends bytes. */
    public void send(String key, byte[] value) {
        waiting.add(new ConsumerRecord<>(topic.topic(), 0, offset++, key, value));
    }

    /** Another process has the partition from now on. */
    public void lose() {
        partition.lose();
    }

    /** Records that have ended. */
    public int ended() {
        return ended.size();
    }

    @Override
    public List<Claim<T>> poll(Duration timeout, int atMost, Refusal refusal) {
        List<Claim<T>> claims = new ArrayList<>();
        while (claims.size() < atMost && !waiting.isEmpty()) {
            ConsumerRecord<String, byte[]> source = waiting.remove();
            try {
                T record = serde.decode(source.value());
                EventHeaders.begin(source);
                claims.add(new Claim<>(record, source, partition, Instant.now(), 0));
            } catch (UnreadableRecordException e) {
                end(source.offset());
                outputs.accept(deadLetters.of(source, e.getMessage()));
                refusal.answer(source, e.getMessage()).forEach(outputs);
            }
        }
        return claims;
    }

    private void end(long done) {
        if (!ended.add(done)) {
            throw new AssertionError("offset " + done + " ends twice");
        }
    }

    @Override
    public ProducerRecord<String, byte[]> deadLetter(Claim<T> claim, String reason) {
        return deadLetters.of(claim.source(), reason);
    }

    @Override
    public void complete(Claim<T> claim, List<ProducerRecord<String, byte[]>> records) {
        if (!claim.isLost()) {
            end(claim.source().offset());
            records.forEach(outputs);
        }
    }

    @Override
    public void publish(Claim<T> claim, List<ProducerRecord<String, byte[]>> records) {
        if (!claim.isLost()) {
            records.forEach(outputs);
        }
    }

    @Override
    public void flush(Duration most) {}

    @Override
    public long lag() {
        return waiting.size();
    }
}
