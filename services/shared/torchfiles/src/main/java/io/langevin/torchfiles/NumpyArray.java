package io.langevin.torchfiles;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An array of NumPy's in a pickle: its shape and, where they are, its unsigned bytes. */
public final class NumpyArray {
    /** Where they stand in what a pickle says of an array, behind a version. */
    private static final int SHAPE = 1;

    private static final int TYPE = 2;
    private static final int FORTRAN = 3;
    private static final int NUMBERS = 4;

    private List<Long> shape;
    private Optional<byte[]> unsignedBytes = Optional.empty();

    NumpyArray() {}

    /**
     * @throws IllegalArgumentException where the state is not one of an array
     */
    void build(List<?> state, PickleInput in) {
        if (state.size() != NUMBERS + 1
                || !(state.get(SHAPE) instanceof List<?> sizes)
                || !(state.get(TYPE) instanceof NumpyType type)) {
            throw new IllegalArgumentException("pickle: has an array of no shape or no type");
        }
        shape = new ArrayList<>();
        for (Object size : sizes) {
            if (!(size instanceof Long number) || number < 0) {
                throw new IllegalArgumentException(
                        "pickle: has an array of a shape of other things than whole numbers");
            }
            shape.add(number);
        }
        if (type.isUnsignedByte() && Boolean.FALSE.equals(state.get(FORTRAN))) {
            unsignedBytes = bytes(state.get(NUMBERS), in);
        }
    }

    /** Python 2 has bytes as text. */
    private static Optional<byte[]> bytes(Object numbers, PickleInput in) {
        if (numbers instanceof String text) {
            return Optional.of(in.encoded(text));
        }
        return numbers instanceof byte[] bytes ? Optional.of(bytes) : Optional.empty();
    }

    boolean isBuilt() {
        return shape != null;
    }

    /** Its sizes, the slowest first. */
    public List<Long> shape() {
        return List.copyOf(shape);
    }

    /** Its numbers in C's order, not copied; empty where it is of another type or order. */
    public Optional<byte[]> unsignedBytes() {
        return unsignedBytes;
    }
}
