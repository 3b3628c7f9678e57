package io.langevin.messaging.text;

import io.langevin.messaging.rules.RecordRules;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * A record as text by field: {@code sampler.kind} is the field {@code kind} of its field {@code
 * sampler}. Null has no text. For records of text, numbers, truth values, enums and records of
 * these.
 */
public final class FlatRecord {
    /** Characters of a text that a message shows. */
    private static final int LONGEST = 100;

    private FlatRecord() {}

    /** The text of every field that is not null, in the order of the schema. */
    public static Map<String, String> fields(SpecificRecord record) {
        Map<String, String> fields = new LinkedHashMap<>();
        write(record, "", fields);
        return fields;
    }

    private static void write(SpecificRecord record, String path, Map<String, String> fields) {
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (value instanceof SpecificRecord inner) {
                write(inner, path + field.name() + ".", fields);
            } else if (value != null) {
                fields.put(path + field.name(), value.toString());
            }
        }
    }

    /**
     * The record that these fields are the text of; others are passed over, and those that are
     * missing have their default.
     *
     * @throws IllegalArgumentException which field cannot be read, and why
     */
    public static <T extends SpecificRecord> T record(Schema schema, Map<String, String> fields) {
        @SuppressWarnings("unchecked")
        T record = (T) read(schema, "", fields);
        return record;
    }

    private static Object read(Schema schema, String path, Map<String, String> fields) {
        var record = (SpecificRecord) SpecificData.get().newRecord(null, schema);
        for (Schema.Field field : schema.getFields()) {
            String name = path + field.name();
            Schema type = present(field.schema());
            record.put(field.pos(), value(field, type, name, fields));
        }
        return record;
    }

    private static Object value(
            Schema.Field field, Schema type, String name, Map<String, String> fields) {
        if (type.getType() == Schema.Type.RECORD) {
            return read(type, name + ".", fields);
        }
        String text = fields.get(name);
        if (text != null) {
            return parsed(type, name, text);
        }
        if (!field.hasDefaultValue()) {
            throw new IllegalArgumentException(name + ": is missing");
        }
        return SpecificData.get().getDefaultValue(field);
    }

    /** The branch of a union with null that is not null. */
    private static Schema present(Schema schema) {
        if (!schema.isUnion()) {
            return schema;
        }
        return schema.getTypes().stream()
                .filter(branch -> branch.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow();
    }

    private static Boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("is neither true nor false");
        }
        return Boolean.valueOf(text);
    }

    private static Object parsed(Schema type, String name, String text) {
        try {
            return switch (type.getType()) {
                case STRING -> text;
                case INT -> Integer.valueOf(text);
                case LONG -> Long.valueOf(text);
                case DOUBLE -> Double.valueOf(text);
                case BOOLEAN -> truth(text);
                case ENUM -> SpecificData.get().createEnum(text, type);
                default -> throw new IllegalArgumentException("is of type " + type.getType());
            };
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "%s: cannot be '%s'".formatted(name, RecordRules.abbreviated(text, LONGEST)),
                    e);
        }
    }
}
