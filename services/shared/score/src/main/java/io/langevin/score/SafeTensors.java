package io.langevin.score;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.trajectory.Float32;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named tensors in the safetensors format: header length, JSON header, raw little-endian data.
 *
 * @param metadata the strings of {@code __metadata__}
 * @param tensors the tensors by name, in the order of their data
 */
public record SafeTensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    private static final int LONGEST_HEADER = 16 << 20;
    private static final Map<String, Integer> WIDTHS =
            Map.of("F32", 4, "F64", 8, "I32", 4, "I64", 8, "U8", 1);
    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public SafeTensors {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * One tensor.
     *
     * @param type F32, F64, I32, I64 or U8
     * @param shape its shape
     * @param data its elements, little-endian, row by row
     */
    public record Tensor(String type, List<Long> shape, ByteBuffer data) {
        public Tensor {
            shape = List.copyOf(shape);
            data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
            if (bytes(type, shape) != data.remaining()) {
                throw new IllegalArgumentException(
                        "A tensor "
                                + type
                                + " "
                                + shape
                                + " does not have "
                                + data.remaining()
                                + " bytes");
            }
        }

        /** A tensor of floats. */
        public static Tensor of(float[] values, Long... shape) {
            return new Tensor("F32", List.of(shape), Float32.bytes(values));
        }

        /** The elements of an F32 tensor. */
        public float[] floats() {
            if (!type.equals("F32")) {
                throw new IllegalArgumentException("The tensor is " + type + ", not F32");
            }
            return Float32.numbers(data);
        }

        private static long bytes(String type, List<Long> shape) {
            Integer width = WIDTHS.get(type);
            if (width == null) {
                throw new IllegalArgumentException(
                        "type must be one of " + WIDTHS.keySet() + ", not " + type);
            }
            long bytes = width;
            for (long side : shape) {
                if (side < 0) {
                    throw new IllegalArgumentException("shape must not be negative: " + shape);
                }
                bytes = Math.multiplyExact(bytes, side);
            }
            return bytes;
        }
    }

    /**
     * Reads a whole file; every complaint is an IllegalArgumentException that names what is wrong.
     */
    public static SafeTensors read(byte[] file) {
        if (file.length < 8) {
            throw new IllegalArgumentException(
                    "A safetensors file has at least 8 bytes, not " + file.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long length = bytes.getLong(0);
        if (length < 2 || length > Math.min(LONGEST_HEADER, file.length - 8)) {
            throw new IllegalArgumentException(
                    "The header says " + length + " bytes; the file has " + file.length);
        }
        try {
            JsonNode header = JSON.readTree(new String(file, 8, (int) length, UTF_8));
            return parse(header, bytes.slice((int) length + 8, file.length - 8 - (int) length));
        } catch (JsonProcessingException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "The safetensors header is malformed: " + e.getMessage(), e);
        }
    }

    private static SafeTensors parse(JsonNode header, ByteBuffer data) {
        if (!header.isObject()) {
            throw new IllegalArgumentException("The safetensors header is not a JSON object");
        }
        var metadata = new LinkedHashMap<String, String>();
        header.path("__metadata__")
                .properties()
                .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
        var entries = new ArrayList<Map.Entry<String, JsonNode>>(header.properties());
        entries.removeIf(e -> e.getKey().equals("__metadata__"));
        entries.forEach(e -> end(e)); // validates before sorting
        entries.sort((a, b) -> Long.compare(end(a), end(b)));
        var tensors = new LinkedHashMap<String, Tensor>();
        long position = 0;
        for (var entry : entries) {
            long begin = entry.getValue().path("data_offsets").get(0).asLong();
            long end = end(entry);
            if (begin != position || end < begin || end > data.limit()) {
                throw new IllegalArgumentException(
                        "Tensor %s lies at [%d, %d): it must begin at %d and end by %d"
                                .formatted(entry.getKey(), begin, end, position, data.limit()));
            }
            tensors.put(
                    entry.getKey(), tensor(entry, data.slice((int) begin, (int) (end - begin))));
            position = end;
        }
        if (position != data.limit()) {
            throw new IllegalArgumentException(
                    "Data ends at " + position + " of " + data.limit() + " bytes");
        }
        return new SafeTensors(metadata, tensors);
    }

    private static long end(Map.Entry<String, JsonNode> entry) {
        JsonNode offsets = entry.getValue().path("data_offsets");
        if (offsets.size() != 2
                || !offsets.get(0).canConvertToLong()
                || !offsets.get(1).canConvertToLong()) {
            throw new IllegalArgumentException(
                    "Tensor " + entry.getKey() + " needs two data_offsets, not " + offsets);
        }
        return offsets.get(1).asLong();
    }

    private static Tensor tensor(Map.Entry<String, JsonNode> entry, ByteBuffer data) {
        var shape = new ArrayList<Long>();
        for (JsonNode side : entry.getValue().path("shape")) {
            if (!side.isIntegralNumber() || !side.canConvertToLong()) {
                throw new IllegalArgumentException(
                        "Tensor " + entry.getKey() + " has a shape with " + side);
            }
            shape.add(side.asLong());
        }
        try {
            return new Tensor(entry.getValue().path("dtype").asText(), shape, data);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Tensor " + entry.getKey() + ": " + e.getMessage(), e);
        }
    }

    /** The bytes of a file with these tensors, in this order. */
    public byte[] write() {
        var header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            metadata.forEach(header.putObject("__metadata__")::put);
        }
        long position = 0;
        for (var entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            var node = header.putObject(entry.getKey()).put("dtype", tensor.type());
            var shape = node.putArray("shape");
            tensor.shape().forEach(shape::add);
            long begin = position;
            position += tensor.data().remaining();
            node.putArray("data_offsets").add(begin).add(position);
        }
        String json = header.toString();
        byte[] head =
                (json + " ".repeat(Math.floorMod(-json.getBytes(UTF_8).length, 8))).getBytes(UTF_8);
        ByteBuffer file =
                ByteBuffer.allocate(Math.toIntExact(8 + head.length + position))
                        .order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(head.length).put(head);
        tensors.values().forEach(tensor -> file.put(tensor.data().duplicate()));
        return file.array();
    }
}
