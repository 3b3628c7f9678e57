package io.langevin.messaging;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/**
 * Looks over the bytes of a record before anything is made of them. Avro believes the lengths that
 * it reads and allocates by them; here every length must fit into the bytes that are there, so that
 * a record takes no more memory than a small multiple of its size, whatever it claims.
 */
final class RecordBounds {
    /** UTF-8 bytes of one text. */
    static final int LONGEST_TEXT = 65_536;

    /** Elements of all arrays and entries of all maps of a record together. */
    static final int MOST_ITEMS = 100_000;

    /** Values of any kind: records of records can be many without a byte of their own. */
    private static final int MOST_STEPS = 2_000_000;

    private static final int DEEPEST = 64;
    private static final int LONGEST_VARINT = 10;

    private final ByteBuffer bytes;
    private int items;
    private int steps;

    private RecordBounds(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns where the bytes from their position to their limit are one record of the schema that
     * keeps within the bounds.
     *
     * @param writer the schema that the bytes were written with
     * @throws UnreadableRecordException where they are not: the field, the rule, what was found
     */
    static void check(Schema writer, ByteBuffer bytes) {
        var bounds = new RecordBounds(bytes.duplicate());
        bounds.walk(writer, writer.getName(), 0);
        if (bounds.bytes.hasRemaining()) {
            throw new UnreadableRecordException(
                    "value: %d bytes are left over after a %s"
                            .formatted(bounds.bytes.remaining(), writer.getName()));
        }
    }

    private void walk(Schema schema, String field, int depth) {
        require(++steps <= MOST_STEPS, field, "be one of %d values".formatted(MOST_STEPS), steps);
        require(depth <= DEEPEST, field, "lie at most %d levels deep".formatted(DEEPEST), depth);
        switch (schema.getType()) {
            case NULL -> {}
            case BOOLEAN -> skip(field, 1);
            case FLOAT -> skip(field, Float.BYTES);
            case DOUBLE -> skip(field, Double.BYTES);
            case FIXED -> skip(field, schema.getFixedSize());
            case INT, LONG, ENUM -> number(field);
            case BYTES -> skip(field, number(field));
            case STRING -> text(field);
            case ARRAY -> blocks(field, () -> walk(schema.getElementType(), field, depth + 1));
            case MAP ->
                    blocks(
                            field,
                            () -> {
                                text(field);
                                walk(schema.getValueType(), field, depth + 1);
                            });
            case UNION -> {
                long branch = number(field);
                int most = schema.getTypes().size() - 1;
                require(
                        branch >= 0 && branch <= most,
                        field,
                        "be of branch 0 to %d of its union".formatted(most),
                        branch);
                walk(schema.getTypes().get((int) branch), field, depth + 1);
            }
            case RECORD -> {
                for (Schema.Field inner : schema.getFields()) {
                    walk(inner.schema(), inner.name(), depth + 1);
                }
            }
        }
    }

    private void text(String field) {
        long length = number(field);
        require(
                length <= LONGEST_TEXT,
                field,
                "have at most %d bytes of text".formatted(LONGEST_TEXT),
                length);
        ByteBuffer text = bytes.slice();
        skip(field, length);
        requireUtf8(field, text.limit((int) length));
    }

    /** What is no UTF-8 would be replaced by what has three times its size. */
    private static void requireUtf8(String field, ByteBuffer text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(text);
        } catch (CharacterCodingException e) {
            throw new UnreadableRecordException("value: %s: must be UTF-8".formatted(field));
        }
    }

    /** Blocks of items up to an empty one; a negative count has the block's size behind it. */
    private void blocks(String field, Runnable item) {
        for (long count = number(field); count != 0; count = number(field)) {
            if (count < 0) {
                number(field);
                count = -count;
            }
            require(
                    count > 0 && count <= MOST_ITEMS - items,
                    field,
                    "have at most %d items, all of a record together".formatted(MOST_ITEMS),
                    count);
            items += (int) count;
            for (long i = 0; i < count; i++) {
                item.run();
            }
        }
    }

    /** A variable-length number in zig-zag form. */
    private long number(String field) {
        long zigZag = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            require(bytes.hasRemaining(), field, "be there", "the end of the value");
            byte next = bytes.get();
            zigZag |= (long) (next & 0x7F) << (7 * i);
            if (next >= 0) {
                return (zigZag >>> 1) ^ -(zigZag & 1);
            }
        }
        throw new UnreadableRecordException(
                "value: %s: must be a number of at most %d bytes".formatted(field, LONGEST_VARINT));
    }

    private void skip(String field, long length) {
        require(
                length >= 0 && length <= bytes.remaining(),
                field,
                "fit into the %d bytes that are left".formatted(bytes.remaining()),
                length + " bytes");
        bytes.position(bytes.position() + (int) length);
    }

    private static void require(boolean holds, String field, String rule, Object found) {
        if (!holds) {
            throw new UnreadableRecordException(
                    "value: %s: must %s, not %s".formatted(field, rule, found));
        }
    }
}
