package io.langevin.datasets;

import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the name of a file says of it, in a folder as in an archive. */
final class FileNames {
    private static final Pattern IMAGE =
            Pattern.compile(".*\\.(png|jpe?g|jfif|webp|bmp|gif|tiff?)");

    private FileNames() {}

    /** Whether it is hidden or another program's. */
    static boolean isHidden(String name) {
        return Stream.of(name.split("[/\\\\]"))
                .anyMatch(part -> part.startsWith(".") || part.equals("__MACOSX"));
    }

    static boolean isImage(String name) {
        return IMAGE.matcher(lower(name)).matches();
    }

    static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
