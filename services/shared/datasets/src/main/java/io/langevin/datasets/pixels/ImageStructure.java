package io.langevin.datasets.pixels;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What an image file says of itself, read before anything is decoded: its format, whether it is
 * whole (PNG, JPEG, WebP), and how often a decoder has to go over its pixels.
 *
 * @param format the name of its reader
 * @param scans of a JPEG, of which each costs as much as a whole image; 1 for others
 * @param channels of a JPEG; 0: not looked at
 */
public record ImageStructure(Format format, int scans, int channels) {
    /** Encoders write about ten into a progressive file. */
    private static final int MOST_SCANS = 100;

    private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    private static final int IEND = 0x49454E44;
    private static final int START_OF_IMAGE = 0xD8;
    private static final int END_OF_IMAGE = 0xD9;
    private static final int START_OF_SCAN = 0xDA;

    /** Behind a byte of precision and two each of height and width. */
    private static final int CHANNELS_OF_FRAME = 5;

    /** The formats that are read, by the names that ImageIO has for them. */
    public enum Format {
        PNG,
        JPEG,
        WEBP,
        GIF,
        BMP,
        TIFF
    }

    /** The format that a file begins as; empty where it is none that is read. */
    public static Optional<Format> formatOf(byte[] file) {
        if (startsWith(file, PNG_SIGNATURE)) {
            return Optional.of(Format.PNG);
        }
        if (startsWith(file, ascii("RIFF")) && file.length > 12 && file[8] == 'W') {
            return Optional.of(Format.WEBP);
        }
        if (startsWith(file, ascii("GIF8"))) {
            return Optional.of(Format.GIF);
        }
        if (startsWith(file, ascii("BM"))) {
            return Optional.of(Format.BMP);
        }
        if (startsWith(file, ascii("II*\0")) || startsWith(file, ascii("MM\0*"))) {
            return Optional.of(Format.TIFF);
        }
        boolean jpeg =
                file.length > 3
                        && file[0] == (byte) 0xFF
                        && file[1] == (byte) START_OF_IMAGE
                        && file[2] == (byte) 0xFF;
        return jpeg ? Optional.of(Format.JPEG) : Optional.empty();
    }

    /**
     * @throws IOException where the file is of another format, ends early or is damaged
     */
    static ImageStructure of(byte[] file) throws IOException {
        Format format =
                formatOf(file)
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "neither PNG, JPEG, WebP, GIF, BMP nor TIFF"));
        try {
            return switch (format) {
                case PNG -> png(ByteBuffer.wrap(file, PNG_SIGNATURE.length, file.length - 8));
                case JPEG -> jpeg(ByteBuffer.wrap(file, 2, file.length - 2));
                case WEBP -> webp(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
                case GIF, BMP, TIFF -> new ImageStructure(format, 1, 0);
            };
        } catch (BufferUnderflowException e) {
            throw new IOException("a " + format + " file that ends early", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Its length stands behind "RIFF". */
    private static ImageStructure webp(ByteBuffer file) {
        if (Integer.toUnsignedLong(file.getInt(4)) > file.capacity() - 8L) {
            throw new BufferUnderflowException();
        }
        return new ImageStructure(Format.WEBP, 1, 0);
    }

    private static boolean startsWith(byte[] file, byte[] start) {
        return file.length >= start.length
                && java.util.Arrays.equals(file, 0, start.length, start, 0, start.length);
    }

    /** Chunks up to the last one, each with its length, type, data and checksum. */
    private static ImageStructure png(ByteBuffer file) throws IOException {
        while (true) {
            int length = file.getInt();
            if (length < 0 || length > file.remaining() - 8) {
                throw new BufferUnderflowException();
            }
            CRC32 checksum = new CRC32();
            checksum.update(file.array(), file.position(), Integer.BYTES + length);
            int type = file.getInt();
            file.position(file.position() + length);
            if (file.getInt() != (int) checksum.getValue()) {
                throw new IOException("a PNG file with a damaged chunk");
            }
            if (type == IEND) {
                return new ImageStructure(Format.PNG, 1, 0);
            }
        }
    }

    /** Segments up to the end of the image; behind the head of a scan lie its coded data. */
    private static ImageStructure jpeg(ByteBuffer file) throws IOException {
        int scans = 0;
        int channels = 0;
        while (true) {
            int marker = nextMarker(file);
            if (marker == END_OF_IMAGE) {
                if (scans == 0) {
                    throw new IOException("a JPEG file without an image");
                }
                return new ImageStructure(Format.JPEG, scans, channels);
            }
            if (isAlone(marker)) {
                continue;
            }
            int length = Short.toUnsignedInt(file.getShort()) - Short.BYTES;
            if (length < 0 || length > file.remaining()) {
                throw new BufferUnderflowException();
            }
            if (isStartOfFrame(marker) && length > CHANNELS_OF_FRAME) {
                channels = Byte.toUnsignedInt(file.get(file.position() + CHANNELS_OF_FRAME));
            }
            file.position(file.position() + length);
            if (marker == START_OF_SCAN && ++scans > MOST_SCANS) {
                throw new IOException("a JPEG file of more than %d scans".formatted(MOST_SCANS));
            }
        }
    }

    /** Skips coded data, in which 0xFF is followed by 0 or stands before a restart marker. */
    private static int nextMarker(ByteBuffer file) {
        while (true) {
            while (file.get() != (byte) 0xFF) {
                // coded data, or bytes that belong to nothing
            }
            int marker = 0xFF;
            while (marker == 0xFF) {
                marker = Byte.toUnsignedInt(file.get()); // any number of fill bytes
            }
            if (marker != 0) {
                return marker;
            }
        }
    }

    /** Of any coding; between them lie the markers of tables. */
    private static boolean isStartOfFrame(int marker) {
        return marker >= 0xC0
                && marker <= 0xCF
                && marker != 0xC4
                && marker != 0xC8
                && marker != 0xCC;
    }

    /** Restart markers and two more that have no length. */
    private static boolean isAlone(int marker) {
        return marker >= 0xD0 && marker <= START_OF_IMAGE || marker == 0x01;
    }
}
