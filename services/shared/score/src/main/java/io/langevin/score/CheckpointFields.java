package io.langevin.score;

import io.langevin.noise.NoiseSchedule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Fields of a checkpoint's file, and the sentences about those that are wrong. */
final class CheckpointFields {
    private static final int LONGEST_SHOWN = 200;

    private CheckpointFields() {}

    static double number(Map<String, String> metadata, String name) {
        try {
            return Double.parseDouble(metadata.getOrDefault(name, ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s: must be a number, not '%s'".formatted(name, shown(metadata.get(name))), e);
        }
    }

    static int whole(Map<String, String> metadata, String name) {
        String value = metadata.getOrDefault(name, "");
        require(
                value.matches("-?[0-9]{1,9}"),
                name,
                "be a whole number of at most 9 digits",
                "'" + value + "'");
        return Integer.parseInt(value);
    }

    static boolean truth(Map<String, String> metadata, String name) {
        String value = metadata.getOrDefault(name, "");
        require(
                value.equals("true") || value.equals("false"),
                name,
                "be true or false",
                "'" + value + "'");
        return Boolean.parseBoolean(value);
    }

    static List<Double> sigmas(SafeTensors file) {
        SafeTensors.Tensor tensor = file.tensors().get("sigmas");
        if (tensor == null || !tensor.type().equals("F64")) {
            throw new IllegalArgumentException("sigmas: must be an F64 tensor");
        }
        int levels = tensor.data().remaining() / Double.BYTES;
        require(
                levels <= NoiseSchedule.MAXIMUM_LEVELS,
                "sigmas",
                "be at most " + NoiseSchedule.MAXIMUM_LEVELS,
                levels);
        ByteBuffer data = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        return DoubleStream.generate(data::getDouble).limit(data.remaining() / 8).boxed().toList();
    }

    static SafeTensors.Tensor doubles(List<Double> values) {
        ByteBuffer data = ByteBuffer.allocate(8 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(data::putDouble);
        return new SafeTensors.Tensor("F64", List.of((long) values.size()), data.flip());
    }

    static void require(boolean holds, String field, String rule, Object found) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: must %s, not %s".formatted(field, rule, shown(found)));
        }
    }

    static String shown(Object found) {
        String text = String.valueOf(found);
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
}
