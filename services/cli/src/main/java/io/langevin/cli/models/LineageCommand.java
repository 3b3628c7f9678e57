package io.langevin.cli.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.langevin.cli.Connection;
import io.langevin.cli.MadeImage;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.text.FlatRecord;
import io.langevin.process.Inert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says where an image or a checkpoint comes from. */
@Command(
        name = "lineage",
        description =
                "Say where an image or a checkpoint comes from: checkpoint, judgement, run, schedule,"
                        + " data.",
        footer = {
            "",
            "For example:",
            "  langevin lineage images/fashion-00000.png",
            "  langevin lineage 3fa94c1d2b77 --json"
        })
public final class LineageCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Parameters(
            paramLabel = "FILE|CHECKPOINT",
            description = "A PNG of this platform, or a checkpoint's id or first digits.")
    String what;

    @Option(names = "--json", description = "As one JSON object.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Map<String, Map<String, String>> steps = new LinkedHashMap<>();
        String checkpoint = what;
        Path file = Path.of(what);
        if (Files.isRegularFile(file)) {
            var origin = MadeImage.read(file).origin();
            steps.put("image", FlatRecord.fields(origin));
            checkpoint = origin.getCheckpoint();
        }
        try (PlatformClient platform = connection.platform()) {
            String whole = KnownCheckpoints.whole(platform, "CHECKPOINT", checkpoint);
            steps.putAll(Lineage.of(platform, whole));
        }
        print(steps);
        return 0;
    }

    private void print(Map<String, Map<String, String>> steps) throws JsonProcessingException {
        if (json) {
            System.out.println(
                    new ObjectMapper()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsString(steps));
            return;
        }
        steps.forEach(
                (step, fields) -> {
                    System.out.println(step);
                    fields.forEach(
                            (field, text) ->
                                    System.out.printf(
                                            "  %-28s %s%n", Inert.text(field), Inert.text(text)));
                });
    }
}
