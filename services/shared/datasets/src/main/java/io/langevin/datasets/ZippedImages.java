package io.langevin.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Image files in a zip. */
record ZippedImages(Path path) implements PictureSource {

    /** Old Windows names are of any code page: as Latin-1 none is malformed. */
    @Override
    public void readInto(Sink sink) throws IOException {
        try (ZipFile zip = new ZipFile(path.toFile(), StandardCharsets.ISO_8859_1)) {
            List<? extends ZipEntry> entries =
                    zip.stream()
                            .filter(entry -> !entry.isDirectory())
                            .sorted(Comparator.comparing(ZipEntry::getName))
                            .toList();
            for (ZipEntry entry : entries) {
                read(zip, entry, sink);
            }
        }
    }

    private static void read(ZipFile zip, ZipEntry entry, Sink sink) throws IOException {
        String name = entry.getName();
        if (FileNames.isHidden(name)) {
            sink.leftOut(name, LeftOut.HIDDEN);
            return;
        }
        if (!FileNames.isImage(name)) {
            sink.leftOut(name, LeftOut.NO_IMAGE);
            return;
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(ImageFiles.MAXIMUM_BYTES + 1);
            if (bytes.length > ImageFiles.MAXIMUM_BYTES) {
                sink.broken(name, ImageFiles.TOO_LARGE);
            } else {
                sink.decode(name, bytes);
            }
        } catch (ZipException e) {
            sink.broken(name, e.getMessage());
        }
    }
}
