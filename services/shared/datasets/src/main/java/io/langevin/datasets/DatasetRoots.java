package io.langevin.datasets;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The folders under which data sets lie. Events name a data set by its path below one of them;
 * anything that could lead elsewhere is refused: absolute paths, "..", schemes, links out.
 *
 * @param roots searched in this order
 */
public record DatasetRoots(List<Path> roots) {
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*");

    public DatasetRoots {
        roots = List.copyOf(roots);
    }

    /** The folders of a setting, separated as those of a search path are. */
    public static DatasetRoots parse(String setting) {
        return new DatasetRoots(
                Arrays.stream(setting.split(File.pathSeparator)).map(Path::of).toList());
    }

    /**
     * The file or folder of a data set.
     *
     * @throws MissingDatasetException where nothing is there
     * @throws DatasetException where the name is not a plain relative one
     */
    public Path resolve(String name) {
        if (name.length() > 200 || !NAME.matcher(name).matches()) {
            throw new DatasetException(
                    "dataset: must be a name of letters, digits, '.', '_', '-' and '/' below a"
                            + " configured root, not '%s'".formatted(abbreviated(name)));
        }
        for (Path root : roots) {
            Path candidate = root.resolve(name);
            if (Files.exists(candidate)) {
                return inside(root, candidate, name);
            }
        }
        boolean rootAway = !roots.stream().allMatch(Files::isDirectory);
        throw new MissingDatasetException(
                "dataset: must exist below a configured root, but '%s' does not%s"
                        .formatted(name, rootAway ? ", and a root is not there either" : ""),
                rootAway);
    }

    private static Path inside(Path root, Path candidate, String name) {
        try {
            Path real = candidate.toRealPath();
            if (!real.startsWith(root.toRealPath())) {
                throw new DatasetException(
                        "dataset: must lie inside its root, but '%s' is a link out of it"
                                .formatted(name));
            }
            return real;
        } catch (IOException e) {
            throw new DatasetException("dataset: '%s' cannot be read: %s".formatted(name, e), e);
        }
    }

    private static String abbreviated(String name) {
        return name.length() <= 60 ? name : name.substring(0, 60) + "…";
    }
}
