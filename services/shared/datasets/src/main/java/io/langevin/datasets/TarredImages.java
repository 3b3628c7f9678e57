package io.langevin.datasets;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Image files in a tar, plain or gzip, such as a shard of WebDataset; in the order of the tar. */
record TarredImages(Path path) implements PictureSource {

    @Override
    public void readInto(Sink sink) throws IOException {
        String archive = path.getFileName().toString();
        try (var tar = new TarArchiveInputStream(open())) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                if (!entry.isDirectory()) {
                    read(tar, entry, archive + "/" + entry.getName(), sink);
                }
            }
        } catch (IllegalArgumentException e) { // a header that is none
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void read(
            TarArchiveInputStream tar, TarArchiveEntry entry, String name, Sink sink)
            throws IOException {
        if (FileNames.isHidden(name)) {
            sink.leftOut(name, LeftOut.HIDDEN);
        } else if (!entry.isFile()) {
            sink.leftOut(name, LeftOut.LINK);
        } else if (!FileNames.isImage(name)) {
            sink.leftOut(name, LeftOut.NO_IMAGE);
        } else if (entry.getSize() > ImageFiles.MAXIMUM_BYTES) {
            sink.broken(name, ImageFiles.TOO_LARGE);
        } else {
            sink.decode(name, tar.readNBytes((int) entry.getSize()));
        }
    }

    private InputStream open() throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        boolean plain = path.toString().toLowerCase(Locale.ROOT).endsWith(".tar");
        return plain ? in : new GZIPInputStream(in, 1 << 16);
    }
}
