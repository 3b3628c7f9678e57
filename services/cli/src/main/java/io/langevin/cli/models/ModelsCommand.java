package io.langevin.cli.models;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.cli.Connection;
import io.langevin.cli.terminal.Output;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.Inert;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists models and their checkpoints. */
@Command(
        name = "models",
        description = "List the models: the checkpoint that serves, what waits, what was before.")
public final class ModelsCommand implements Callable<Integer> {
    private static final int DIGITS = 12;
    private static final String ROW = "%-20s %-10s %-14s %-20s %-10s %-12s %s%n";

    @Mixin Connection connection;
    @Mixin Output output;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, PublishedCheckpoint> models = new TreeMap<>();
        try (PlatformClient platform = connection.platform()) {
            models.putAll(platform.latest(MODEL_CHECKPOINTS));
        }
        if (output.isJson()) {
            models.values().forEach(Output::json);
            return 0;
        }
        System.out.printf(
                ROW, "MODEL", "STANDS", "CHECKPOINT", "DISTANCE", "PRECISION", "IMAGES", "SINCE");
        for (PublishedCheckpoint model : models.values()) {
            Instant since = model.getPublishedAt();
            String images = "%1$d×%1$d×%2$d".formatted(model.getImageSize(), model.getChannels());
            row(
                    Inert.text(model.getModel()),
                    "live",
                    model.getCheckpoint(),
                    model.getQuality(),
                    images,
                    "" + since);
            other("candidate" + share(model), model.getCandidate());
            other("previous", model.getPrevious());
        }
        return 0;
    }

    private static String share(PublishedCheckpoint model) {
        return model.getCandidateShare() == 0
                ? ""
                : " %.0f %%".formatted(100 * model.getCandidateShare());
    }

    private static void other(String stands, OtherCheckpoint other) {
        if (other != null) {
            row("", stands, other.getCheckpoint(), other.getQuality(), "", "");
        }
    }

    private static void row(
            String model,
            String stands,
            String checkpoint,
            CheckpointQuality quality,
            String images,
            String since) {
        System.out.printf(
                ROW,
                model,
                stands,
                Inert.text(RecordRules.abbreviated(checkpoint, DIGITS)),
                quality == null
                        ? "-"
                        : "%.3f ± %.3f"
                                .formatted(quality.getDistance(), quality.getDistanceError()),
                quality == null ? "-" : "%.2f".formatted(quality.getPrecision()),
                images,
                since);
    }
}
