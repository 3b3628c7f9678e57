package io.langevin.torchfiles;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies what an unpickler has built into an unmodifiable tree, so that whoever walks it comes to
 * an end: values that contain themselves, lie too deep or multiply through references are refused.
 */
final class PlainValues {
    private static final int DEEPEST = 100;

    private final int most;
    private int count;

    /**
     * @param most values that the tree may have
     */
    PlainValues(int most) {
        this.most = most;
    }

    Object of(Object value) {
        return copied(value, 0);
    }

    private Object copied(Object value, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("pickle: has values nested deeper than " + DEEPEST);
        }
        if (++count > most) {
            throw new IllegalArgumentException("pickle: has more than " + most + " values");
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(element -> copy.add(copied(element, depth + 1)));
            return Collections.unmodifiableList(copy);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, copied(element, depth + 1)));
            return Collections.unmodifiableMap(copy);
        }
        if (value == null || isPlain(value)) {
            return value;
        }
        throw new IllegalArgumentException(
                "pickle: keeps a %s where values belong"
                        .formatted(value.getClass().getSimpleName()));
    }

    private static boolean isPlain(Object value) {
        return value instanceof String
                || value instanceof Long
                || value instanceof BigInteger
                || value instanceof Double
                || value instanceof Boolean
                || value instanceof TorchTensor
                || value instanceof NumpyArray array && array.isBuilt();
    }
}
