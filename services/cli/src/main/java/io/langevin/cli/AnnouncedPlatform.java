package io.langevin.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Where a running {@code ./langevin up} is. Each leaves a note of its own in the user's home, by
 * which the other commands find it.
 *
 * @param pid of its process
 * @param page address of the dashboard
 * @param folder that it was started in
 */
public record AnnouncedPlatform(
        long pid, String bootstrap, String registry, String page, URI artifacts, Path folder) {
    private static final String SUFFIX = ".properties";

    /** A system tells when a process began by a clock that is set now and then. */
    private static final Duration CLOCK_MOVES = Duration.ofMinutes(1);

    private static Path notes() {
        return Path.of(System.getProperty("user.home"), ".langevin", "running");
    }

    private Path note() {
        return notes().resolve(pid + SUFFIX);
    }

    /**
     * One whose process is alive: the one that was started in this folder, or else the one that was
     * started first.
     */
    public static Optional<AnnouncedPlatform> find() {
        List<AnnouncedPlatform> alive = alive();
        Path here = Path.of("").toAbsolutePath();
        Optional<AnnouncedPlatform> found =
                alive.stream()
                        .filter(platform -> platform.folder.equals(here))
                        .findFirst()
                        .or(() -> alive.stream().findFirst());
        if (alive.size() > 1) {
            System.err.printf(
                    "%d platforms are running; this is about %s, name another with --bootstrap and"
                            + " --registry%n",
                    alive.size(), found.get().bootstrap);
        }
        return found;
    }

    /** The first one first. */
    private static List<AnnouncedPlatform> alive() {
        try (Stream<Path> files = Files.list(notes())) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted(Comparator.comparing(AnnouncedPlatform::written))
                    .map(AnnouncedPlatform::read)
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            return List.of(); // nobody has left a note
        }
    }

    private static FileTime written(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0); // it has just been taken away
        }
    }

    /** Empty where the note is not whole, or of another process; one of no process is deleted. */
    private static Optional<AnnouncedPlatform> read(Path file) {
        Properties note = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            note.load(reader);
            var platform =
                    new AnnouncedPlatform(
                            Long.parseLong(note.getProperty("pid", "0")),
                            note.getProperty("bootstrap", ""),
                            note.getProperty("registry", ""),
                            note.getProperty("page", ""),
                            URI.create(note.getProperty("artifacts", "")),
                            Path.of(note.getProperty("folder", "")));
            Optional<Instant> begun = platform.begun();
            if (begun.isEmpty()) {
                Files.deleteIfExists(file);
                return Optional.empty();
            }
            Instant noted = Instant.parse(note.getProperty("begun", begun.get().toString()));
            boolean same = !begun.get().isAfter(noted.plus(CLOCK_MOVES));
            return same ? Optional.of(platform) : Optional.empty();
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /**
     * When its process began, as the system tells it: another process can have its number later.
     * Empty where there is no such process.
     */
    private Optional<Instant> begun() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(process -> process.info().startInstant().orElse(Instant.EPOCH));
    }

    /**
     * @throws UncheckedIOException where the user's home cannot be written
     */
    public void leaveNote() {
        Properties note = new Properties();
        note.setProperty("pid", "" + pid);
        begun().ifPresent(instant -> note.setProperty("begun", instant.toString()));
        note.setProperty("bootstrap", bootstrap);
        note.setProperty("registry", registry);
        note.setProperty("page", page);
        note.setProperty("artifacts", artifacts.toString());
        note.setProperty("folder", folder.toString());
        try {
            Files.createDirectories(notes());
            Path part = Files.createTempFile(notes(), "note", ".part");
            try (Writer writer = Files.newBufferedWriter(part)) {
                note.store(writer, "written by langevin up");
            }
            Files.move(part, note(), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + note(), e);
        }
    }

    /** Takes its own note away; those of others stay. */
    public void removeNote() {
        try {
            Files.deleteIfExists(note());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + note(), e);
        }
    }
}
