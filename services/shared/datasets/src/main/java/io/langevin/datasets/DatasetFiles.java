package io.langevin.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which files of a data set are read, and how. Of a folder that has batches (IDX, CIFAR, NumPy),
 * the batches are; else its image files; else its archives: what lies beside them is left out.
 */
final class DatasetFiles {
    private static final Pattern ARCHIVE = Pattern.compile(".*\\.(zip|tar|tar\\.gz|tgz)");
    private static final Pattern TEST = Pattern.compile("(.*[^a-z])?(test|t10k)([^a-z].*)?");

    /** The forms in the order of their precedence. */
    private enum Form {
        BATCH,
        IMAGE,
        ARCHIVE
    }

    private final Path location;
    private final PictureSource.Sink sink;
    private final Map<Form, List<Path>> files = new EnumMap<>(Form.class);

    private DatasetFiles(Path location, PictureSource.Sink sink) {
        this.location = location;
        this.sink = sink;
        for (Form form : Form.values()) {
            files.put(form, new ArrayList<>());
        }
    }

    /**
     * @param sink is told what is left out
     * @throws DatasetException where a file is of no form that is known
     */
    static List<PictureSource> sources(Path location, PictureSource.Sink sink) throws IOException {
        var all = new DatasetFiles(location, sink);
        if (!Files.isDirectory(location)) {
            if (!all.add(location)) {
                throw new DatasetException(
                        ("%s: must be a folder, a .zip or .tar, an image, an IDX file"
                                        + " (…-idx3-ubyte[.gz]), a CIFAR batch (….bin) or an array"
                                        + " (.npy, .npz)")
                                .formatted(location.getFileName()));
            }
            return all.chosen();
        }
        all.addFolder();
        return all.chosen();
    }

    private void addFolder() throws IOException {
        List<Path> found;
        try (Stream<Path> walk = Files.walk(location)) {
            found = walk.filter(path -> !Files.isDirectory(path) || isLink(path)).sorted().toList();
        }
        for (Path path : found) {
            String name = name(path);
            if (FileNames.isHidden(name)) {
                sink.leftOut(name, LeftOut.HIDDEN);
            } else if (isLink(path) && Files.isDirectory(path)) {
                sink.leftOut(name, LeftOut.LINK);
            } else if (isLink(path) && !path.toRealPath().startsWith(location.toRealPath())) {
                sink.broken(name, "a link out of the data set");
            } else if (Files.isRegularFile(path) && (isOther(path) || !add(path))) {
                sink.leftOut(name, LeftOut.NO_IMAGE);
            }
        }
    }

    /** Labels, or something else that is no image, in an array beside the images'. */
    private static boolean isOther(Path file) throws IOException {
        String name = FileNames.lower(file.getFileName().toString());
        return NumpyFile.matches(name) && !new NumpyFile(file).holdsImages()
                || CifarPickle.matches(name) && !new CifarPickle(file).isPickle();
    }

    private static boolean isLink(Path path) {
        return Files.isSymbolicLink(path);
    }

    private String name(Path file) {
        return location.equals(file)
                ? file.getFileName().toString()
                : location.relativize(file).toString();
    }

    /** Whether it is of a form that is read. */
    private boolean add(Path file) {
        String name = FileNames.lower(file.getFileName().toString());
        if (IdxFile.matches(name)
                || CifarFile.matches(name)
                || CifarPickle.matches(name)
                || NumpyFile.matches(name)) {
            return files.get(Form.BATCH).add(file);
        }
        if (FileNames.isImage(name)) {
            return files.get(Form.IMAGE).add(file);
        }
        return ARCHIVE.matcher(name).matches() && files.get(Form.ARCHIVE).add(file);
    }

    private List<PictureSource> chosen() throws IOException {
        List<Path> batches = withoutTestSets(unpacked(files.get(Form.BATCH)));
        List<Path> images = files.get(Form.IMAGE);
        List<Path> archives = files.get(Form.ARCHIVE);
        if (!batches.isEmpty()) {
            leaveOut(images, LeftOut.OTHER_FORM);
            leaveOut(archives, LeftOut.OTHER_FORM);
            return batches.stream().map(DatasetFiles::batch).toList();
        }
        if (!images.isEmpty()) {
            leaveOut(archives, LeftOut.OTHER_FORM);
            return List.of(new ImageFiles(location, images));
        }
        return archives.stream().map(DatasetFiles::archive).toList();
    }

    private void leaveOut(List<Path> others, String why) {
        others.forEach(file -> sink.leftOut(name(file), why));
    }

    /** A file that is there unpacked as well would count twice. */
    private List<Path> unpacked(List<Path> batches) {
        Set<String> names = batches.stream().map(Path::toString).collect(Collectors.toSet());
        return without(
                batches,
                file ->
                        file.toString().endsWith(".gz")
                                && names.contains(file.toString().replaceAll("\\.gz$", "")),
                LeftOut.TWICE);
    }

    /** Whoever trains on the training images wants the test images unseen. */
    private List<Path> withoutTestSets(List<Path> batches) {
        boolean onlyTests = batches.stream().allMatch(DatasetFiles::isTestSet);
        return onlyTests ? batches : without(batches, DatasetFiles::isTestSet, LeftOut.TEST_SET);
    }

    private static boolean isTestSet(Path file) {
        return TEST.matcher(FileNames.lower(file.getFileName().toString())).matches();
    }

    private List<Path> without(List<Path> all, Predicate<Path> unwanted, String why) {
        leaveOut(all.stream().filter(unwanted).toList(), why);
        return all.stream().filter(unwanted.negate()).toList();
    }

    private static PictureSource batch(Path file) {
        String name = FileNames.lower(file.getFileName().toString());
        if (IdxFile.matches(name)) {
            return new IdxFile(file);
        }
        if (CifarPickle.matches(name)) {
            return new CifarPickle(file);
        }
        return CifarFile.matches(name) ? new CifarFile(file) : new NumpyFile(file);
    }

    private static PictureSource archive(Path file) {
        return FileNames.lower(file.getFileName().toString()).endsWith(".zip")
                ? new ZippedImages(file)
                : new TarredImages(file);
    }
}
