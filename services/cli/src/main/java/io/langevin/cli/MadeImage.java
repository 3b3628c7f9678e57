package io.langevin.cli;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.InputFile;
import io.langevin.cli.terminal.PngText;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.text.FlatRecord;
import io.langevin.process.Inert;
import io.langevin.records.ImageOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A PNG that says what made it. */
public record MadeImage(byte[] bytes, ImageOrigin origin) {
    private static final long LARGEST = 100_000_000;
    private static final int LONGEST_TEXT = 10_000;

    /**
     * @throws CommandFailure where the file is no such PNG
     */
    public static MadeImage read(Path file) throws IOException {
        byte[] bytes = InputFile.read("FILE", file, LARGEST);
        Map<String, String> texts = PngText.read(bytes);
        texts.forEach(
                (name, text) -> {
                    if (text.length() > LONGEST_TEXT) {
                        throw new CommandFailure(
                                "%s: its text '%s' must have at most %d characters, not %d"
                                        .formatted(
                                                file,
                                                Inert.text(RecordRules.abbreviated(name, 100)),
                                                LONGEST_TEXT,
                                                text.length()));
                    }
                });
        if (!texts.containsKey("checkpoint")) {
            throw new CommandFailure(
                    "%s does not say what made it: it is of another program, or was asked for"
                                    .formatted(file)
                            + " with --no-description");
        }
        try {
            return new MadeImage(bytes, FlatRecord.record(ImageOrigin.getClassSchema(), texts));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("%s: %s".formatted(file, Inert.text(e.getMessage())));
        }
    }
}
