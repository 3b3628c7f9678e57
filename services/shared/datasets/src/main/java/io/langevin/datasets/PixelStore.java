package io.langevin.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Many images of one size, 8 bits a number: the first ones in the heap, the others in a file that
 * is mapped and deleted, so that they need no heap and leave nothing behind. Written by one thread,
 * then safe to read from several.
 */
final class PixelStore {
    private static final int CHUNK_BYTES = 4 << 20;
    private static final int CHUNKS_OF_FILE = 64;

    private final int each;
    private final int perChunk;
    private final long heapBytes;
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private int count;

    /** What of the last file is not in use yet. */
    private ByteBuffer left = ByteBuffer.allocate(0);

    /**
     * @param each numbers of an image
     * @param heapBytes above which images go to the file
     */
    PixelStore(int each, long heapBytes) {
        this.each = each;
        this.perChunk = Math.max(1, CHUNK_BYTES / each);
        this.heapBytes = heapBytes;
    }

    int count() {
        return count;
    }

    void add(byte[] image) {
        if (count % perChunk == 0) {
            chunks.add(chunk());
        }
        chunks.get(count / perChunk).put(count % perChunk * each, image);
        count++;
    }

    /** The first numbers of an image, as many as fit. */
    void read(int index, byte[] into) {
        chunks.get(index / perChunk).get(index % perChunk * each, into);
    }

    private ByteBuffer chunk() {
        int bytes = perChunk * each;
        if ((chunks.size() + 1L) * bytes <= heapBytes) {
            return ByteBuffer.allocate(bytes);
        }
        if (left.remaining() < bytes) {
            left = mapped(CHUNKS_OF_FILE * bytes);
        }
        ByteBuffer next = left.slice(left.position(), bytes);
        left.position(left.position() + bytes);
        return next;
    }

    private static ByteBuffer mapped(int bytes) {
        try {
            Path file = Files.createTempFile("langevin-pixels", ".raw");
            try (FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(MapMode.READ_WRITE, 0, bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a file for pixels that do not fit into memory", e);
        }
    }
}
