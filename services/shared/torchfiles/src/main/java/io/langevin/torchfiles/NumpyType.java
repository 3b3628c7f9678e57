package io.langevin.torchfiles;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The type of NumPy's numbers, such as a loss that a training loop has kept beside its weights. */
final class NumpyType {
    private static final Pattern NAME = Pattern.compile("[<>|=]?([fiub])([1248])");

    /** Where the byte order stands in what a pickle says of a type. */
    private static final int ORDER = 1;

    private final char kind;
    private final int bytes;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    private NumpyType(char kind, int bytes) {
        this.kind = kind;
        this.bytes = bytes;
    }

    /**
     * @param name such as f8
     * @throws IllegalArgumentException where it is of no number
     */
    static NumpyType of(String name) {
        Matcher form = NAME.matcher(name);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "pickle: has a NumPy scalar of another type than numbers");
        }
        return new NumpyType(form.group(1).charAt(0), Integer.parseInt(form.group(2)));
    }

    boolean isUnsignedByte() {
        return kind == 'u' && bytes == 1;
    }

    /** Takes the byte order from what a pickle says of the type. */
    void build(List<?> state) {
        boolean big = state.size() > ORDER && ">".equals(state.get(ORDER));
        order = big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /**
     * The number: a Boolean, a Long, a BigInteger or a Double.
     *
     * @throws IllegalArgumentException where it has another number of bytes, or is of a type that
     *     is not read
     */
    Object value(byte[] number) {
        if (number.length != bytes) {
            throw new IllegalArgumentException(
                    "pickle: has a NumPy scalar of %d bytes where there must be %d"
                            .formatted(number.length, bytes));
        }
        ByteBuffer in = ByteBuffer.wrap(number).order(order);
        return switch (kind) {
            case 'b' -> in.get() != 0;
            case 'f' -> real(in);
            case 'u' -> unsigned(whole(in));
            default -> whole(in);
        };
    }

    private double real(ByteBuffer in) {
        return switch (bytes) {
            case 4 -> in.getFloat();
            case 8 -> in.getDouble();
            case 2 -> TorchElement.half(in.getShort());
            default -> throw new IllegalArgumentException("pickle: has a float of one byte");
        };
    }

    private Number unsigned(long bits) {
        if (bytes < Long.BYTES) {
            return bits & (1L << (Byte.SIZE * bytes)) - 1;
        }
        return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
    }

    private long whole(ByteBuffer in) {
        return switch (bytes) {
            case 1 -> in.get();
            case 2 -> in.getShort();
            case 4 -> in.getInt();
            default -> in.getLong();
        };
    }
}
