package io.langevin.score.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The bytes of a TorchScript file that holds a program and no weights.
 *
 * <p>It is a zip of stored entries: the pickle of an empty module of class {@code
 * __torch__.Program}, an empty tuple of constants, the source text and the format version.
 */
public final class TorchScriptArchive {
    /** Protocol 2, class {@code __torch__.Program}, no arguments, an empty state. */
    private static final String EMPTY_MODULE = "\u0080\u0002c__torch__\nProgram\n)\u0081}b.";

    private static final String EMPTY_TUPLE = "\u0080\u0002).";

    private TorchScriptArchive() {}

    /** The archive of a source text that defines the class {@code Program}. */
    public static byte[] of(String source) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            store(zip, "m/data.pkl", EMPTY_MODULE.getBytes(ISO_8859_1));
            store(zip, "m/code/__torch__.py", source.getBytes(UTF_8));
            store(zip, "m/constants.pkl", EMPTY_TUPLE.getBytes(ISO_8859_1));
            store(zip, "m/version", "10\n".getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("A zip in memory could not be written", e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var checksum = new CRC32();
        checksum.update(content);
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
