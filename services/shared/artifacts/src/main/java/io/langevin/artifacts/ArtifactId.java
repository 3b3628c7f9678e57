package io.langevin.artifacts;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The name of a blob: the SHA-256 of its bytes.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record ArtifactId(String hex) {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    public ArtifactId {
        if (!DIGEST.matcher(hex).matches()) {
            throw new IllegalArgumentException(
                    "artifact: must be 64 lower-case hexadecimal digits (SHA-256), not '%s'"
                            .formatted(hex.length() <= 80 ? hex : hex.substring(0, 80) + "…"));
        }
    }

    /** Whether a text names a blob. */
    public static boolean isId(String text) {
        return text != null && DIGEST.matcher(text).matches();
    }

    public static ArtifactId of(byte[] bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return new ArtifactId(HexFormat.of().formatHex(digest.digest(bytes)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return hex;
    }
}
