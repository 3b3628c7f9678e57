package io.langevin.cli;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * Where a running {@code ./langevin up} is. It leaves a note in the user's home, by which the other
 * commands find it.
 *
 * @param pid of its process
 * @param page address of the dashboard
 */
public record RunningPlatform(
        long pid, String bootstrap, String registry, String page, URI artifacts) {

    private static Path note() {
        return Path.of(System.getProperty("user.home"), ".langevin", "running.properties");
    }

    /** The one started last, if its process is alive. */
    public static Optional<RunningPlatform> find() {
        Properties note = new Properties();
        try (Reader reader = Files.newBufferedReader(note())) {
            note.load(reader);
        } catch (IOException e) {
            return Optional.empty(); // nobody has left a note
        }
        long pid = Long.parseLong(note.getProperty("pid", "0"));
        boolean alive = ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        if (!alive) {
            return Optional.empty();
        }
        return Optional.of(
                new RunningPlatform(
                        pid,
                        note.getProperty("bootstrap"),
                        note.getProperty("registry"),
                        note.getProperty("page"),
                        URI.create(note.getProperty("artifacts"))));
    }

    public void leaveNote() {
        Properties note = new Properties();
        note.setProperty("pid", "" + pid);
        note.setProperty("bootstrap", bootstrap);
        note.setProperty("registry", registry);
        note.setProperty("page", page);
        note.setProperty("artifacts", artifacts.toString());
        try {
            Files.createDirectories(note().getParent());
            Path part = Files.createTempFile(note().getParent(), "running", ".part");
            try (Writer writer = Files.newBufferedWriter(part)) {
                note.store(writer, "written by langevin up");
            }
            Files.move(part, note(), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + note(), e);
        }
    }

    /** Takes the note away, unless another process has left its own. */
    public void removeNote() {
        if (find().map(found -> found.pid == pid).orElse(false)) {
            try {
                Files.deleteIfExists(note());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + note(), e);
            }
        }
    }
}
