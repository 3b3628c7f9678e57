package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.oneOf;
import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.databind.JsonNode;
import io.langevin.messaging.rules.RecordRules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * A JSON object as the record whose fields it has. Bytes are base64, moments are ISO 8601. Numbers
 * of 64 bits may be text, since JavaScript has only 53, and so may infinity, which JSON does not
 * have. A field that is left out has its default.
 */
final class JsonRecord {
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,19}");

    /** Characters of a value that a message shows. */
    private static final int LONGEST = 100;

    /** Characters of a text: readers of records take no more bytes than four times that. */
    private static final int LONGEST_TEXT = 16_384;

    private JsonRecord() {}

    /**
     * @throws io.langevin.messaging.rules.RejectedException which field, which rule, which value
     */
    static <T extends SpecificRecord> T read(JsonNode object, Schema schema) {
        @SuppressWarnings("unchecked")
        T record = (T) record(object, schema, "");
        return record;
    }

    private static Object record(JsonNode object, Schema schema, String path) {
        check(object.isObject(), path.isEmpty() ? "body" : path, "be a JSON object", object);
        String prefix = path.isEmpty() ? "" : path + ".";
        List<String> known = schema.getFields().stream().map(Schema.Field::name).toList();
        object.fieldNames()
                .forEachRemaining(
                        name ->
                                check(
                                        known.contains(name),
                                        path.isEmpty() ? "body" : path,
                                        "have only the fields " + known,
                                        name));
        var record = (SpecificRecord) SpecificData.get().newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            JsonNode value = object.path(field.name());
            if (value.isMissingNode()) {
                require(field.hasDefaultValue(), prefix + field.name(), "be given", "left out");
                record.put(field.pos(), SpecificData.get().getDefaultValue(field));
            } else {
                record.put(field.pos(), value(value, field.schema(), prefix + field.name()));
            }
        }
        return record;
    }

    private static Object value(JsonNode value, Schema schema, String name) {
        if (schema.isUnion()) {
            boolean nullable = schema.getTypes().get(0).getType() == Schema.Type.NULL;
            return value.isNull()
                    ? null
                    : value(value, schema.getTypes().get(nullable ? 1 : 0), name);
        }
        return switch (schema.getType()) {
            case RECORD -> record(value, schema, name);
            case STRING -> text(value, name);
            case ENUM -> symbol(value, schema, name);
            case INT -> {
                check(whole(value) && value.canConvertToInt(), name, "be a whole number", value);
                yield value.intValue();
            }
            case LONG ->
                    schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                            ? moment(value, name)
                            : longNumber(value, name);
            case DOUBLE -> number(value, name);
            case BOOLEAN -> {
                check(value.isBoolean(), name, "be true or false", value);
                yield value.booleanValue();
            }
            case BYTES -> bytes(value, name);
            case MAP -> texts(value, name);
            default -> throw new IllegalStateException(name + " is of type " + schema.getType());
        };
    }

    private static String text(JsonNode value, String name) {
        check(value.isTextual(), name, "be text", value);
        check(
                value.textValue().length() <= LONGEST_TEXT,
                name,
                "have at most %d characters".formatted(LONGEST_TEXT),
                value);
        requireUnicode(value.textValue(), name);
        return value.textValue();
    }

    /** Half of a surrogate pair would become a question mark on its way. */
    private static void requireUnicode(String text, String name) {
        check(StandardCharsets.UTF_8.newEncoder().canEncode(text), name, "be Unicode text", text);
    }

    private static Object symbol(JsonNode value, Schema schema, String name) {
        oneOf(name, RecordRules.abbreviated(text(value, name), LONGEST), schema.getEnumSymbols());
        return SpecificData.get().createEnum(value.textValue(), schema);
    }

    /** 16.5 could be converted, by forgetting a half. */
    private static boolean whole(JsonNode value) {
        return value.isIntegralNumber();
    }

    private static long longNumber(JsonNode value, String name) {
        if (value.isTextual() && INTEGER.matcher(value.textValue()).matches()) {
            try {
                return Long.parseLong(value.textValue());
            } catch (NumberFormatException e) {
                check(false, name, "have at most 64 bits", value);
            }
        }
        check(whole(value) && value.canConvertToLong(), name, "be a whole number", value);
        return value.longValue();
    }

    private static double number(JsonNode value, String name) {
        if (value.isTextual() && value.textValue().equals("Infinity")) {
            return Double.POSITIVE_INFINITY;
        }
        check(value.isNumber() && Double.isFinite(value.doubleValue()), name, "be a number", value);
        return value.doubleValue();
    }

    private static Instant moment(JsonNode value, String name) {
        try {
            Instant moment = Instant.parse(text(value, name));
            moment.toEpochMilli(); // records have milliseconds in 64 bits
            return moment;
        } catch (DateTimeParseException | ArithmeticException e) {
            check(false, name, "be a moment such as 2026-01-31T12:00:00Z", value);
            throw e;
        }
    }

    private static ByteBuffer bytes(JsonNode value, String name) {
        try {
            check(value.isTextual(), name, "be text in base64", value);
            return ByteBuffer.wrap(value.binaryValue());
        } catch (IOException e) {
            check(false, name, "be text in base64", value);
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> texts(JsonNode value, String name) {
        check(value.isObject(), name, "be a JSON object", value);
        value.fieldNames().forEachRemaining(key -> requireUnicode(key, name));
        Map<String, String> texts = new HashMap<>();
        value.properties()
                .forEach(
                        entry ->
                                texts.put(
                                        entry.getKey(),
                                        text(
                                                entry.getValue(),
                                                name
                                                        + "."
                                                        + RecordRules.abbreviated(
                                                                entry.getKey(), LONGEST))));
        return texts;
    }

    private static void check(boolean holds, String field, String rule, Object value) {
        if (!holds) {
            require(false, field, rule, RecordRules.abbreviated(String.valueOf(value), LONGEST));
        }
    }
}
