package io.langevin.torchfiles;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** What the elements of a PyTorch storage are. */
public enum TorchElement {
    FLOAT("FloatStorage", Float.BYTES),
    DOUBLE("DoubleStorage", Double.BYTES),
    HALF("HalfStorage", Short.BYTES),
    BFLOAT16("BFloat16Storage", Short.BYTES),
    LONG("LongStorage", Long.BYTES),
    INT("IntStorage", Integer.BYTES),
    SHORT("ShortStorage", Short.BYTES),
    CHAR("CharStorage", Byte.BYTES),
    BYTE("ByteStorage", Byte.BYTES),
    BOOL("BoolStorage", Byte.BYTES);

    private static final int HALF_EXPONENT = 0x7c00;
    private static final int HALF_FRACTION = 0x03ff;

    private final String storage;
    private final int width;

    TorchElement(String storage, int width) {
        this.storage = storage;
        this.width = width;
    }

    /** The elements of the class {@code torch.<storage>}, where there is one. */
    static Optional<TorchElement> of(String storage) {
        return Arrays.stream(values()).filter(e -> e.storage.equals(storage)).findFirst();
    }

    /** Bytes of an element. */
    int width() {
        return width;
    }

    /** The next element as a float, rounded where it had more digits. */
    float real(ByteBuffer data) {
        return switch (this) {
            case FLOAT -> data.getFloat();
            case DOUBLE -> (float) data.getDouble();
            case HALF -> half(data.getShort());
            case BFLOAT16 -> Float.intBitsToFloat(data.getShort() << Short.SIZE);
            case LONG, INT, SHORT, CHAR, BYTE, BOOL ->
                    throw new IllegalArgumentException(
                            "tensor: must be of real numbers, not a " + storage);
        };
    }

    /** The next element as a whole number. */
    long integer(ByteBuffer data) {
        return switch (this) {
            case LONG -> data.getLong();
            case INT -> data.getInt();
            case SHORT -> data.getShort();
            case CHAR -> data.get();
            case BYTE, BOOL -> Byte.toUnsignedLong(data.get());
            case FLOAT, DOUBLE, HALF, BFLOAT16 ->
                    throw new IllegalArgumentException(
                            "tensor: must be of whole numbers, not a " + storage);
        };
    }

    /** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
    static float half(short bits) {
        int exponent = (bits & HALF_EXPONENT) >> 10;
        int fraction = bits & HALF_FRACTION;
        float magnitude;
        if (exponent == 0) {
            magnitude = Math.scalb((float) fraction, -24);
        } else if (exponent == HALF_EXPONENT >> 10) {
            magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            magnitude = Math.scalb((float) (fraction | HALF_FRACTION + 1), exponent - 25);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    @Override
    public String toString() {
        return "torch." + storage;
    }
}
