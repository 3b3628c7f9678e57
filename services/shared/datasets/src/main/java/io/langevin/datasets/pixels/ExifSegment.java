package io.langevin.datasets.pixels;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The EXIF data of an image file, and nothing else of its metadata: other parts may be packed, and
 * unpack to any size.
 */
final class ExifSegment {
    /** As much as a JPEG file can have; a thumbnail is in it. */
    private static final int MOST_BYTES = 1 << 16;

    private static final byte[] NONE = {};
    private static final int PNG_HEAD = 8;
    private static final int PNG_EXIF = 0x65584966;
    private static final int WEBP_HEAD = 12;
    private static final int WEBP_EXIF = 0x46495845; // "EXIF", little-endian
    private static final int APPLICATION_1 = 0xE1;
    private static final int START_OF_SCAN = 0xDA;
    private static final byte[] NAME = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

    private ExifSegment() {}

    /** From the TIFF header on; empty where there are none, or more than 64 KiB. */
    static byte[] of(byte[] file, ImageStructure.Format format) {
        try {
            return switch (format) {
                case JPEG -> jpeg(ByteBuffer.wrap(file, 2, file.length - 2));
                case PNG -> png(ByteBuffer.wrap(file, PNG_HEAD, file.length - PNG_HEAD));
                case WEBP ->
                        webp(
                                ByteBuffer.wrap(file, WEBP_HEAD, file.length - WEBP_HEAD)
                                        .order(ByteOrder.LITTLE_ENDIAN));
                case TIFF -> file.length <= MOST_BYTES ? file : NONE;
                case GIF, BMP -> NONE;
            };
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return NONE; // it ends early: whoever decodes it says so
        }
    }

    /** Segments up to the first scan. */
    private static byte[] jpeg(ByteBuffer file) {
        while (file.remaining() >= 2 * Short.BYTES) {
            int marker = file.getShort() & 0xFF;
            if (marker == START_OF_SCAN) {
                return NONE;
            }
            int length = Short.toUnsignedInt(file.getShort()) - Short.BYTES;
            int next = file.position() + length;
            if (marker == APPLICATION_1 && length > NAME.length) {
                byte[] name = new byte[NAME.length];
                file.get(name);
                if (Arrays.equals(name, NAME)) {
                    return bytes(file, length - NAME.length);
                }
            }
            file.position(next);
        }
        return NONE;
    }

    /** Chunks of a length, a type, data and a checksum. */
    private static byte[] png(ByteBuffer file) {
        while (file.remaining() >= 2 * Integer.BYTES) {
            int length = file.getInt();
            int type = file.getInt();
            if (type == PNG_EXIF) {
                return bytes(file, length);
            }
            file.position(file.position() + length + Integer.BYTES);
        }
        return NONE;
    }

    /** Chunks of a type, a length and data, padded to an even number of bytes. */
    private static byte[] webp(ByteBuffer file) {
        while (file.remaining() >= 2 * Integer.BYTES) {
            int type = file.getInt();
            int length = file.getInt();
            if (type == WEBP_EXIF) {
                byte[] exif = bytes(file, length);
                int head = NAME.length;
                boolean named = exif.length > head && Arrays.equals(exif, 0, head, NAME, 0, head);
                return named ? Arrays.copyOfRange(exif, head, exif.length) : exif;
            }
            file.position(file.position() + length + (length & 1));
        }
        return NONE;
    }

    private static byte[] bytes(ByteBuffer file, int length) {
        if (length < 0 || length > MOST_BYTES) {
            return NONE;
        }
        byte[] bytes = new byte[length];
        file.get(bytes);
        return bytes;
    }
}
