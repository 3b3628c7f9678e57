package io.langevin.messaging.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.Schema;

/**
 * The JSON Schema (2020-12) of a record as it is sent in JSON: bytes are base64, moments ISO 8601,
 * whole numbers of 64 bits may be text.
 */
public final class JsonSchema {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonSchema() {}

    /** The schema of a record; those inside it are written out. */
    public static ObjectNode of(Schema record) {
        ObjectNode node = NODES.objectNode().put("type", "object");
        if (record.getDoc() != null) {
            node.put("description", record.getDoc());
        }
        ObjectNode properties = node.putObject("properties");
        ArrayNode required = NODES.arrayNode();
        for (Schema.Field field : record.getFields()) {
            ObjectNode property = value(field.schema());
            if (field.doc() != null) {
                property.put("description", field.doc());
            }
            properties.set(field.name(), property);
            if (!field.hasDefaultValue()) {
                required.add(field.name());
            }
        }
        if (!required.isEmpty()) {
            node.set("required", required);
        }
        return node.put("additionalProperties", false);
    }

    private static ObjectNode value(Schema schema) {
        return switch (schema.getType()) {
            case RECORD -> of(schema);
            case ARRAY -> array(value(schema.getElementType()));
            case MAP -> map(value(schema.getValueType()));
            case UNION -> union(schema);
            case ENUM -> symbols(schema);
            case BOOLEAN -> typed("boolean");
            case INT -> typed("integer").put("format", "int32");
            case LONG -> whole(schema);
            case FLOAT, DOUBLE -> typed("number");
            case BYTES, FIXED -> typed("string").put("contentEncoding", "base64");
            default -> typed("string");
        };
    }

    private static ObjectNode typed(String type) {
        return NODES.objectNode().put("type", type);
    }

    private static ObjectNode whole(Schema schema) {
        if (schema.getLogicalType() != null) {
            return typed("string").put("format", "date-time");
        }
        ObjectNode node = NODES.objectNode();
        node.putArray("type").add("integer").add("string");
        return node.put("format", "int64");
    }

    private static ObjectNode array(ObjectNode items) {
        ObjectNode node = typed("array");
        node.set("items", items);
        return node;
    }

    private static ObjectNode map(ObjectNode values) {
        ObjectNode node = typed("object");
        node.set("additionalProperties", values);
        return node;
    }

    private static ObjectNode symbols(Schema schema) {
        ObjectNode node = typed("string");
        ArrayNode names = node.putArray("enum");
        schema.getEnumSymbols().forEach(names::add);
        return node;
    }

    private static ObjectNode union(Schema schema) {
        ObjectNode node = NODES.objectNode();
        ArrayNode any = node.putArray("anyOf");
        for (Schema branch : schema.getTypes()) {
            any.add(branch.getType() == Schema.Type.NULL ? typed("null") : value(branch));
        }
        return node;
    }
}
