package io.langevin.cli.terminal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The text chunks (tEXt) of a PNG (PNG specification, third edition, 11.3.3.2). */
public final class PngText {
    private static final long SIGNATURE = 0x89504E470D0A1A0AL;
    private static final int TEXT = 0x74455874;
    private static final int CHECKSUM = Integer.BYTES;

    private PngText() {}

    /**
     * Reads every text by its keyword.
     *
     * @throws CommandFailure where the bytes are no PNG
     */
    public static Map<String, String> read(byte[] png) {
        ByteBuffer bytes = ByteBuffer.wrap(png);
        if (bytes.remaining() < Long.BYTES || bytes.getLong() != SIGNATURE) {
            throw new CommandFailure("the file is no PNG");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        while (bytes.remaining() >= 2 * Integer.BYTES) {
            int length = bytes.getInt();
            int type = bytes.getInt();
            if (length < 0 || length > bytes.remaining() - CHECKSUM) {
                throw new CommandFailure("the PNG is cut off");
            }
            byte[] data = new byte[type == TEXT ? length : 0];
            bytes.get(data).position(bytes.position() + length - data.length + CHECKSUM);
            String[] parts = new String(data, StandardCharsets.ISO_8859_1).split("\0", 2);
            if (parts.length == 2) {
                texts.put(parts[0], parts[1]);
            }
        }
        return texts;
    }
}
