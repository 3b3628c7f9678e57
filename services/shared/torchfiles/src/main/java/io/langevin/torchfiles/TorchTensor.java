package io.langevin.torchfiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor in a PyTorch file: a view of a storage, read from the file when it is asked for.
 *
 * <p>It never has more elements than its storage, for one that repeats elements (PyTorch's {@code
 * expand}) is refused: the size of the file bounds what reading a tensor takes.
 *
 * @param storage what it looks at
 * @param offset the place of its first element in the storage
 * @param shape its shape
 * @param strides for each dimension the distance of neighbours in the storage, in elements
 */
public record TorchTensor(TorchStorage storage, long offset, List<Long> shape, List<Long> strides) {
    private static final int MOST_DIMENSIONS = 8;

    public TorchTensor {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
        if (shape.size() != strides.size() || shape.size() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "tensor: must have up to %d dimensions and a stride for each, not %d and %d"
                            .formatted(MOST_DIMENSIONS, shape.size(), strides.size()));
        }
        if (offset < 0
                || shape.stream().anyMatch(side -> side < 0)
                || strides.stream().anyMatch(stride -> stride < 0)) {
            throw new IllegalArgumentException(
                    "tensor: must have no negative offset, side or stride, not %d, %s, %s"
                            .formatted(offset, shape, strides));
        }
        long size = size(shape);
        if (size > 0 && size > end(0, shape, strides)) {
            throw new IllegalArgumentException(
                    "tensor: %s with strides %s must not repeat elements"
                            .formatted(shape, strides));
        }
        if (size > 0 && end(offset, shape, strides) > storage.length()) {
            throw new IllegalArgumentException(
                    "tensor: %s with strides %s from %d on must lie in storage %s of %d elements"
                            .formatted(shape, strides, offset, storage.key(), storage.length()));
        }
    }

    /** Number of elements. */
    public long size() {
        return size(shape);
    }

    /** The elements row by row; double precision is rounded, whole numbers are refused. */
    public float[] floats() throws IOException {
        ByteBuffer data = rowByRow();
        float[] values = new float[(int) size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = storage.element().real(data);
        }
        return values;
    }

    /** The elements of a tensor of whole numbers, row by row. */
    public long[] longs() throws IOException {
        ByteBuffer data = rowByRow();
        long[] values = new long[(int) size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = storage.element().integer(data);
        }
        return values;
    }

    private ByteBuffer rowByRow() throws IOException {
        int width = storage.element().width();
        long span = size() == 0 ? 0 : end(0, shape, strides);
        if (span > Integer.MAX_VALUE / width - 1) {
            throw new IllegalArgumentException(
                    "tensor: %s with strides %s is larger than 2 GiB".formatted(shape, strides));
        }
        ByteBuffer region = storage.read(size() == 0 ? 0 : offset, (int) span);
        return contiguous() ? region : gathered(region, width);
    }

    private boolean contiguous() {
        long expected = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            if (shape.get(d) != 1 && strides.get(d) != expected) {
                return false;
            }
            expected *= shape.get(d);
        }
        return true;
    }

    private ByteBuffer gathered(ByteBuffer region, int width) {
        int size = (int) size();
        ByteBuffer gathered = ByteBuffer.allocate(size * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            gathered.put(region.slice(place(i) * width, width));
        }
        return gathered.flip();
    }

    /** Where the element that comes i-th row by row is, in elements after the first. */
    private int place(int i) {
        long place = 0;
        long rest = i;
        for (int d = shape.size() - 1; d >= 0; d--) {
            place += rest % shape.get(d) * strides.get(d);
            rest /= shape.get(d);
        }
        return (int) place;
    }

    private static long size(List<Long> shape) {
        return shape.contains(0L) ? 0 : shape.stream().reduce(1L, TorchTensor::times);
    }

    /** The place after the last element of a tensor that has some. */
    private static long end(long offset, List<Long> shape, List<Long> strides) {
        try {
            long last = offset;
            for (int d = 0; d < shape.size(); d++) {
                last = Math.addExact(last, Math.multiplyExact(shape.get(d) - 1, strides.get(d)));
            }
            return Math.addExact(last, 1);
        } catch (ArithmeticException e) {
            throw tooLarge(shape, strides, e);
        }
    }

    private static long times(long a, long b) {
        try {
            return Math.multiplyExact(a, b);
        } catch (ArithmeticException e) {
            throw tooLarge(List.of(a, b), List.of(), e);
        }
    }

    private static IllegalArgumentException tooLarge(
            List<Long> shape, List<Long> strides, ArithmeticException cause) {
        return new IllegalArgumentException(
                "tensor: %s with strides %s has more elements than a file can"
                        .formatted(shape, strides),
                cause);
    }
}
