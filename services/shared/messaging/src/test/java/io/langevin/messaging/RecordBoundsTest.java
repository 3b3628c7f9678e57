package io.langevin.messaging;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.records.Cancellation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.Schema;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No record takes more memory than a small multiple of its size, whatever it claims. */
class RecordBoundsTest {
    private final KafkaConfig kafka = KafkaConfig.of("unused:1", "mock://" + UUID.randomUUID());
    private final Schemas schemas = new Schemas(kafka);

    @BeforeEach
    void register() throws InterruptedException {
        schemas.registerAll();
    }

    @Test
    void a_length_of_nearly_2_to_the_31_is_refused_by_its_field() throws Exception {
        AvroSerde<Cancellation> serde = schemas.serde(CANCELLATIONS);
        byte[] value = serde.encode(new Cancellation("a", "b", Instant.EPOCH));
        byte[] huge =
                ByteBuffer.allocate(value.length + 4)
                        .put(value, 0, 5)
                        .put(new byte[] {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F})
                        .put(value, 6, value.length - 6)
                        .array();

        assertThatThrownBy(() -> serde.decode(huge))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("id: must have at most 65536 bytes of text");
    }

    /** A replacement for each of its bytes would have three: a record could not be passed on. */
    @Test
    void a_text_that_is_no_utf_8_is_refused_by_its_field() throws Exception {
        AvroSerde<Cancellation> serde = schemas.serde(CANCELLATIONS);
        byte[] value = serde.encode(new Cancellation("a", "b", Instant.EPOCH));
        for (int wrong : new int[] {0x80, 0xC0, 0xED, 0xFF}) {
            value[8] = (byte) wrong; // header, length, a, length, here

            assertThatThrownBy(() -> serde.decode(value))
                    .isInstanceOf(UnreadableRecordException.class)
                    .hasMessageContaining("reason: must be UTF-8");
        }
    }

    @Test
    void an_array_of_more_items_than_there_are_bytes_is_refused() {
        Schema doubles = Schema.createArray(Schema.create(Schema.Type.DOUBLE));
        Schema nothings = Schema.createArray(Schema.create(Schema.Type.NULL));

        assertRefused(doubles, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F);
        assertRefused(nothings, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F); // takes no bytes at all
        assertRefused(doubles, 0x01, 0x00); // a block of one item behind a count below zero
        assertRefused(doubles, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01);
    }

    @Test
    void a_record_that_holds_itself_is_refused() {
        Schema endless =
                new Schema.Parser()
                        .parse(
                                "{\"type\":\"record\",\"name\":\"R\",\"fields\":"
                                        + "[{\"name\":\"next\",\"type\":[\"null\",\"R\"]}]}");

        byte[] deep = new byte[10_000];
        java.util.Arrays.fill(deep, (byte) 2);
        assertThatThrownBy(() -> RecordBounds.check(endless, ByteBuffer.wrap(deep)))
                .isInstanceOf(UnreadableRecordException.class)
                .hasMessageContaining("levels deep");
    }

    @Test
    void whatever_the_bytes_are_a_record_is_read_or_refused() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var hostile = new HostileRecords(kafka, schemas, seed);
        int refused = 0;
        for (Topic<?> topic : Topics.all()) {
            for (int i = 0; i < 2_000; i++) {
                byte[] value = hostile.next(topic).value();
                try {
                    schemas.serde(topic).decode(value);
                } catch (UnreadableRecordException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).as("seed %d", seed).isGreaterThan(10_000);
    }

    @Test
    void a_whole_schedule_is_within_the_bounds() throws Exception {
        var result =
                io.langevin.records.ScheduleResult.newBuilder()
                        .setRunId("r")
                        .setStatus(io.langevin.records.JobStatus.COMPLETED)
                        .setSigmas(new Random(1).doubles(10_000).boxed().toList())
                        .build();
        var serde = schemas.serde(SCHEDULE_RESULTS);
        assertThat(serde.decode(serde.encode(result))).isEqualTo(result);
    }

    private static void assertRefused(Schema schema, int... bytes) {
        byte[] value = new byte[bytes.length];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) bytes[i];
        }
        assertThatThrownBy(() -> RecordBounds.check(schema, ByteBuffer.wrap(value)))
                .isInstanceOf(UnreadableRecordException.class);
    }
}
