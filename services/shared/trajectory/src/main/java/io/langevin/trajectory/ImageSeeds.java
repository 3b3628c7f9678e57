package io.langevin.trajectory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Seeds that every program can compute from a request. */
public final class ImageSeeds {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private ImageSeeds() {}

    /**
     * The seed of a request that names none: the first 8 bytes, big-endian, of SHA-256 over its id.
     */
    public static long ofRequest(String requestId) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] bytes = digest.digest(requestId.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(bytes).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The seed of an image: SplitMix64's output number {@code index} after {@code seed}. */
    public static long ofImage(long seed, int index) {
        long z = seed + (index + 1) * GOLDEN_GAMMA;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
