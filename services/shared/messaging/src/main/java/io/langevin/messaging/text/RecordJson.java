package io.langevin.messaging.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * A record as the JSON object that has its fields. Symbols are text, moments ISO 8601, and bytes
 * their number. A whole number that JavaScript's 53 bits do not have is text, and so is infinity;
 * NaN is null.
 */
public final class RecordJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final long LARGEST_EXACT = (1L << 53) - 1;

    private RecordJson() {}

    public static ObjectNode of(IndexedRecord record) {
        ObjectNode node = NODES.objectNode();
        for (Schema.Field field : record.getSchema().getFields()) {
            node.set(field.name(), value(record.get(field.pos())));
        }
        return node;
    }

    private static JsonNode value(Object value) {
        if (value == null) {
            return NODES.nullNode();
        }
        if (value instanceof IndexedRecord record) {
            return of(record);
        }
        if (value instanceof Collection<?> items) {
            ArrayNode array = NODES.arrayNode();
            items.forEach(item -> array.add(value(item)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode node = NODES.objectNode();
            map.forEach((key, item) -> node.set(key.toString(), value(item)));
            return node;
        }
        if (value instanceof Boolean truth) {
            return NODES.booleanNode(truth);
        }
        if (value instanceof ByteBuffer bytes) {
            return NODES.numberNode(bytes.remaining());
        }
        return value instanceof Number number ? number(number) : NODES.textNode(value.toString());
    }

    private static JsonNode number(Number number) {
        if (number instanceof Integer whole) {
            return NODES.numberNode(whole);
        }
        if (number instanceof Long whole) {
            return Math.abs(whole) <= LARGEST_EXACT && whole != Long.MIN_VALUE
                    ? NODES.numberNode(whole)
                    : NODES.textNode(whole.toString());
        }
        double real = number.doubleValue();
        if (Double.isInfinite(real)) {
            return NODES.textNode(Double.toString(real));
        }
        return Double.isNaN(real) ? NODES.nullNode() : NODES.numberNode(real);
    }
}
