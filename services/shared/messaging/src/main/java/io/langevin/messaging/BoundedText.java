package io.langevin.messaging;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;

/**
 * What was read by any schema as text like JSON: at the most so many characters, as a few bytes may
 * stand for any number of values. Bytes are hexadecimal.
 */
final class BoundedText {
    private static final String END = "…";

    private final int longest;
    private final StringBuilder text = new StringBuilder();

    BoundedText(int longest) {
        this.longest = longest;
    }

    String of(Object value) {
        write(value);
        return isFull() ? text.substring(0, longest) + END : text.toString();
    }

    private boolean isFull() {
        return text.length() > longest;
    }

    private void write(Object value) {
        if (isFull()) {
            return;
        }
        if (value instanceof IndexedRecord record) {
            fields(record);
        } else if (value instanceof Collection<?> items) {
            items(items);
        } else if (value instanceof Map<?, ?> map) {
            entries(map);
        } else if (value instanceof ByteBuffer bytes) {
            bytes(bytes.duplicate());
        } else if (value instanceof GenericFixed fixed) {
            bytes(ByteBuffer.wrap(fixed.bytes()));
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            quoted(value.toString());
        }
    }

    private void fields(IndexedRecord record) {
        text.append('{');
        String between = "";
        for (Schema.Field field : record.getSchema().getFields()) {
            if (isFull()) {
                return;
            }
            text.append(between);
            quoted(field.name());
            text.append(": ");
            write(record.get(field.pos()));
            between = ", ";
        }
        text.append('}');
    }

    private void items(Collection<?> items) {
        text.append('[');
        String between = "";
        for (Object item : items) {
            if (isFull()) {
                return;
            }
            text.append(between);
            write(item);
            between = ", ";
        }
        text.append(']');
    }

    private void entries(Map<?, ?> map) {
        text.append('{');
        String between = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (isFull()) {
                return;
            }
            text.append(between);
            quoted(String.valueOf(entry.getKey()));
            text.append(": ");
            write(entry.getValue());
            between = ", ";
        }
        text.append('}');
    }

    private void quoted(String part) {
        int shown = Math.min(part.length(), longest + 1);
        text.append('"')
                .append(part.substring(0, shown).replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
    }

    private void bytes(ByteBuffer bytes) {
        byte[] shown = new byte[Math.min(bytes.remaining(), longest / 2 + 1)];
        bytes.get(shown);
        text.append('"').append(HexFormat.of().formatHex(shown)).append('"');
    }
}
