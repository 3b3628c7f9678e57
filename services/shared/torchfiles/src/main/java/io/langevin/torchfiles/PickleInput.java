package io.langevin.torchfiles;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of one or more pickles in a row; every length is checked before it is believed. */
final class PickleInput {
    /** Pickles longer than this hold more than the names of a network's tensors. */
    private static final long LONGEST = 64L << 20;

    private static final int LONGEST_LINE = 256;

    private final InputStream in;
    private final long length;
    private final long longest;
    private long position;
    private long made;

    /**
     * @param in buffered
     * @param length bytes in it
     */
    PickleInput(InputStream in, long length) {
        this(in, length, LONGEST);
    }

    /**
     * @param longest bytes that are read of it
     */
    PickleInput(InputStream in, long length, long longest) {
        this.in = in;
        this.length = length;
        this.longest = longest;
    }

    /** How many bytes have been read. */
    long position() {
        return position;
    }

    int unsignedByte() throws IOException {
        return Byte.toUnsignedInt(bytes(1).get());
    }

    int unsignedShort() throws IOException {
        return Short.toUnsignedInt(bytes(Short.BYTES).getShort());
    }

    int int32() throws IOException {
        return bytes(Integer.BYTES).getInt();
    }

    long int64() throws IOException {
        return bytes(Long.BYTES).getLong();
    }

    /** The one number that pickles write with its highest byte first. */
    double float64() throws IOException {
        return bytes(Double.BYTES).order(ByteOrder.BIG_ENDIAN).getDouble();
    }

    /** Bytes up to a line feed, which is taken too. */
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = unsignedByte(); b != '\n'; b = unsignedByte()) {
            if (line.size() == LONGEST_LINE) {
                throw error("has a name of more than " + LONGEST_LINE + " bytes");
            }
            line.write(b);
        }
        return line.toString(UTF_8);
    }

    /** The bytes that were written as text, one a character. */
    byte[] encoded(String text) {
        charge(text.length());
        return text.getBytes(ISO_8859_1);
    }

    /** Bytes as they are. */
    byte[] byteArray(int length) throws IOException {
        return bytes((long) length).array();
    }

    /**
     * Counts bytes that are made of what was read before: a few instructions could ask for any
     * number of them.
     */
    void charge(long bytes) {
        made += bytes;
        if (made > longest) {
            throw error("makes more than " + longest + " bytes");
        }
    }

    /** The next bytes, little-endian. */
    ByteBuffer bytes(long count) throws IOException {
        if (count < 0 || count > length - position) {
            throw error(
                    "wants %d bytes more, but the file has %d".formatted(count, length - position));
        }
        if (position + count > longest) {
            throw error("is longer than " + longest + " bytes");
        }
        byte[] bytes = in.readNBytes((int) count);
        if (bytes.length < count) {
            throw error("ends early");
        }
        position += count;
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A complaint about what lies before the current position. */
    IllegalArgumentException error(String what) {
        return new IllegalArgumentException("pickle: %s (byte %d)".formatted(what, position));
    }
}
