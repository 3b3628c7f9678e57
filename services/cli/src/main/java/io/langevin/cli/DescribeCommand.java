package io.langevin.cli;

import io.langevin.messaging.text.FlatRecord;
import io.langevin.process.Inert;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints what made an image. */
@Command(name = "describe", description = "Say what made an image, as the PNG itself says.")
final class DescribeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A PNG of this platform.")
    Path file;

    @Override
    public Integer call() throws IOException {
        FlatRecord.fields(MadeImage.read(file).origin())
                .forEach((field, text) -> System.out.printf("%-28s %s%n", field, Inert.text(text)));
        return 0;
    }
}
