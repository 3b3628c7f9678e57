package io.langevin.torchfiles;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The storages of a zip of {@code torch.save}: {@code <name>/data.pkl} has the values, {@code
 * <name>/data/<key>} the bytes of a storage. All entries are stored, not compressed.
 */
final class ZippedStorages implements Storages {
    private static final String VALUES = "/data.pkl";

    private final ZipFile zip;
    private final long size;
    private final String folder;
    private Object content;

    private ZippedStorages(ZipFile zip, long size, String folder) {
        this.zip = zip;
        this.size = size;
        this.folder = folder;
    }

    static ZippedStorages open(Path path) throws IOException {
        ZipFile zip = opened(path);
        try {
            var storages = new ZippedStorages(zip, Files.size(path), folder(zip));
            storages.checkByteOrder();
            storages.content = storages.values();
            return storages;
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    @Override
    public Object content() {
        return content;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static ZipFile opened(Path path) throws IOException {
        try {
            return new ZipFile(path.toFile());
        } catch (IllegalArgumentException e) { // a name that is no UTF-8
            throw new ZipException(e.getMessage());
        }
    }

    private static String folder(ZipFile zip) {
        List<String> names =
                zip.stream().map(ZipEntry::getName).filter(n -> n.endsWith(VALUES)).toList();
        if (names.size() != 1) {
            throw new IllegalArgumentException(
                    "zip: must have one entry data.pkl in a folder, not " + names.size());
        }
        String name = names.get(0);
        return name.substring(0, name.length() - VALUES.length());
    }

    private void checkByteOrder() throws IOException {
        ZipEntry entry = zip.getEntry(folder + "/byteorder");
        if (entry != null) {
            byte[] order = new byte[(int) Math.min(checked(entry).getSize(), 16)];
            fill(entry, 0, ByteBuffer.wrap(order));
            if (!new String(order, US_ASCII).strip().equals("little")) {
                throw new IllegalArgumentException("byteorder: must be little");
            }
        }
    }

    private Object values() throws IOException {
        ZipEntry entry = entry(VALUES);
        try (InputStream in = new BufferedInputStream(zip.getInputStream(entry))) {
            return Unpickler.read(new PickleInput(in, entry.getSize()), this::storage);
        }
    }

    private TorchStorage storage(List<?> id) {
        TorchStorage storage = StorageIds.parse(id, this);
        long there = entry("/data/" + storage.key()).getSize();
        if (there != storage.bytes()) {
            throw new IllegalArgumentException(
                    "storage %s: must have %d bytes, not %d"
                            .formatted(storage.key(), storage.bytes(), there));
        }
        return storage;
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = zip.getEntry(folder + name);
        if (entry == null) {
            throw new IllegalArgumentException("zip: has no entry " + name.substring(1));
        }
        return checked(entry);
    }

    private ZipEntry checked(ZipEntry entry) {
        long length = entry.getSize();
        if (entry.getMethod() != ZipEntry.STORED
                || entry.getCompressedSize() != length
                || length < 0
                || length > size) {
            throw new IllegalArgumentException(
                    "zip: an entry must be stored as it is and fit in the file, not have %d bytes in %d"
                            .formatted(length, entry.getCompressedSize()));
        }
        return entry;
    }

    @Override
    public void read(String key, long position, ByteBuffer into) throws IOException {
        try {
            fill(entry("/data/" + key), position, into);
        } catch (ZipException | EOFException e) {
            throw new IllegalArgumentException(
                    "storage %s: is malformed: %s".formatted(key, e.getMessage()), e);
        }
    }

    private void fill(ZipEntry entry, long position, ByteBuffer into) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            in.skipNBytes(position);
            int read = in.readNBytes(into.array(), into.position(), into.remaining());
            if (read < into.remaining()) {
                throw new EOFException("an entry ends early");
            }
            into.position(into.limit());
        }
    }
}
