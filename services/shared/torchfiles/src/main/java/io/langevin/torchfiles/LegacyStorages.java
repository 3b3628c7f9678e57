package io.langevin.torchfiles;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The storages of a file of {@code torch.save} before PyTorch 1.6. Five pickles lie in a row: a
 * magic number, a version, a description of the machine, the values and the keys of the storages;
 * then for every key the number of elements and the elements.
 */
final class LegacyStorages implements Storages {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final long VERSION = 1001;

    private final FileChannel file;
    private final Map<String, TorchStorage> named = new HashMap<>();
    private final Map<String, Long> starts = new HashMap<>();
    private Object content;

    private LegacyStorages(FileChannel file) {
        this.file = file;
    }

    static LegacyStorages open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path);
        try {
            var storages = new LegacyStorages(file);
            storages.content = storages.values();
            return storages;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private Object values() throws IOException {
        var in =
                new PickleInput(
                        new BufferedInputStream(Channels.newInputStream(file)), file.size());
        if (!MAGIC.equals(unpickled(in))) {
            throw new IllegalArgumentException(
                    "file: is not one of torch.save: it begins with another pickle");
        }
        Object version = unpickled(in);
        if (!Long.valueOf(VERSION).equals(version)) {
            throw new IllegalArgumentException("file: must be of version " + VERSION);
        }
        if (!(unpickled(in) instanceof Map<?, ?> machine)
                || !Boolean.TRUE.equals(machine.get("little_endian"))) {
            throw new IllegalArgumentException("file: must be written little-endian");
        }
        Object values = unpickled(in);
        if (!(unpickled(in) instanceof List<?> keys)) {
            throw new IllegalArgumentException("file: must have a list of storages");
        }
        locate(keys, in.position());
        return values;
    }

    @Override
    public Object content() {
        return content;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private Object unpickled(PickleInput in) throws IOException {
        return Unpickler.read(in, this::storage);
    }

    private TorchStorage storage(List<?> id) {
        TorchStorage storage = StorageIds.parse(id, this);
        TorchStorage before = named.putIfAbsent(storage.key(), storage);
        if (before != null && !before.equals(storage)) {
            throw new IllegalArgumentException(
                    "storage %s: must not be %s and %s of different lengths"
                            .formatted(storage.key(), before.element(), storage.element()));
        }
        return storage;
    }

    private void locate(List<?> keys, long begin) throws IOException {
        long position = begin;
        for (Object key : keys) {
            TorchStorage storage = key instanceof String ? named.get(key) : null;
            if (storage == null) {
                throw new IllegalArgumentException("file: lists a storage that no tensor has");
            }
            checkLength(storage, position);
            starts.put(storage.key(), position + Long.BYTES);
            position += Long.BYTES + storage.bytes();
        }
        for (String key : named.keySet()) {
            if (!starts.containsKey(key)) {
                throw new IllegalArgumentException("storage %s: is missing".formatted(key));
            }
        }
    }

    private void checkLength(TorchStorage storage, long position) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        fill(storage.key(), position, length);
        long elements = length.getLong(0);
        if (elements != storage.length()) {
            throw new IllegalArgumentException(
                    "storage %s: must have %d elements, not %d"
                            .formatted(storage.key(), storage.length(), elements));
        }
        if (storage.bytes() > file.size() - position - Long.BYTES) {
            throw endsEarly(storage.key());
        }
    }

    @Override
    public void read(String key, long position, ByteBuffer into) throws IOException {
        fill(key, starts.get(key) + position, into);
    }

    private void fill(String key, long position, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (file.read(into, position + into.position()) < 0) {
                throw endsEarly(key);
            }
        }
    }

    private static IllegalArgumentException endsEarly(String key) {
        return new IllegalArgumentException("storage %s: the file ends early".formatted(key));
    }
}
