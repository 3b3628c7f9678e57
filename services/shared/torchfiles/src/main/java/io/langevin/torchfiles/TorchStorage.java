package io.langevin.torchfiles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A run of numbers in a PyTorch file, which one or more tensors look at; nothing is read until a
 * tensor is.
 *
 * @param element what the numbers are
 * @param key the file's name for it
 * @param length how many there are
 * @param source where its bytes come from
 */
record TorchStorage(TorchElement element, String key, long length, Source source) {
    /** Bytes of a file: the largest published network, with its optimiser, takes 1.4 GiB. */
    static final long LARGEST = 4L << 30;

    /** The raw bytes of every storage of a file. */
    interface Source {
        /** Fills the buffer with the bytes of a storage from a position on. */
        void read(String key, long position, ByteBuffer into) throws IOException;
    }

    TorchStorage {
        if (!key.matches("\\w{1,64}")) {
            throw new IllegalArgumentException(
                    "storage: must have a key of 1 to 64 letters or digits");
        }
        if (length < 0 || length > LARGEST / element.width()) {
            throw new IllegalArgumentException(
                    "storage %s: must have 0 to %d bytes, not %d elements of %s"
                            .formatted(key, LARGEST, length, element));
        }
    }

    /** Bytes of all its elements. */
    long bytes() {
        return length * element.width();
    }

    /** The bytes of some of its elements, which must be there. */
    ByteBuffer read(long first, int count) throws IOException {
        ByteBuffer data =
                ByteBuffer.allocate(count * element.width()).order(ByteOrder.LITTLE_ENDIAN);
        source.read(key, first * element.width(), data);
        return data.flip();
    }
}
