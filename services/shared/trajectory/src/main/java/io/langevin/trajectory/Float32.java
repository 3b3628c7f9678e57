package io.langevin.trajectory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers as bytes, little-endian, four a number. */
public final class Float32 {
    private Float32() {}

    /** The bytes of some numbers, ready to be read. */
    public static ByteBuffer bytes(float[] numbers) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, numbers.length))
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return bytes;
    }

    /** The numbers of what is left in a buffer, which stays as it is; odd bytes do not count. */
    public static float[] numbers(ByteBuffer bytes) {
        float[] numbers = new float[bytes.remaining() / Float.BYTES];
        bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        return numbers;
    }
}
