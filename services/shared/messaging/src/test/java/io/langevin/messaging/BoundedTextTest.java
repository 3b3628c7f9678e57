package io.langevin.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.junit.jupiter.api.Test;

/** Records of schemas from outside as text that has an end. */
class BoundedTextTest {
    @Test
    void a_record_reads_like_json() {
        Schema schema =
                SchemaBuilder.record("R")
                        .fields()
                        .requiredString("a")
                        .requiredBytes("b")
                        .optionalInt("c")
                        .endRecord();
        var record = new GenericData.Record(schema);
        record.put("a", "say \"x\"");
        record.put("b", ByteBuffer.wrap(new byte[] {1, (byte) 255}));

        assertThat(new BoundedText(1_000).of(record))
                .isEqualTo("{\"a\": \"say \\\"x\\\"\", \"b\": \"01ff\", \"c\": null}");
        assertThat(new BoundedText(1_000).of(List.of(Map.of("k", 1.5), true)))
                .isEqualTo("[{\"k\": 1.5}, true]");
        assertThat(new BoundedText(1_000).of("text")).isEqualTo("\"text\"");
    }

    /** A few bytes may stand for a hundred thousand values with long names. */
    @Test
    void what_is_too_long_ends_in_its_middle() {
        Schema schema =
                SchemaBuilder.record("R").fields().optionalInt("n".repeat(10_000)).endRecord();
        List<?> many = Collections.nCopies(100_000, new GenericData.Record(schema));

        assertThat(new BoundedText(50).of(many)).hasSize(51).endsWith("…");
        assertThat(new BoundedText(50).of("x".repeat(1_000_000))).hasSize(51);
    }
}
