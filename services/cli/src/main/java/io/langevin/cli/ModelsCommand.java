package io.langevin.cli;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.client.PlatformClient;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.Inert;
import io.langevin.records.PublishedCheckpoint;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists models and their newest checkpoints. */
@Command(name = "models", description = "List the models and their newest checkpoints.")
final class ModelsCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Override
    public Integer call() throws InterruptedException {
        Map<String, PublishedCheckpoint> newest = new TreeMap<>();
        try (PlatformClient platform = connection.platform()) {
            newest.putAll(platform.latest(MODEL_CHECKPOINTS));
        }
        System.out.printf(
                "%-20s %-14s %-16s %-12s %-22s%n",
                "MODEL", "CHECKPOINT", "NETWORK", "IMAGES", "PUBLISHED");
        for (PublishedCheckpoint checkpoint : newest.values()) {
            System.out.printf(
                    "%-20s %-14s %-16s %-12s %-22s%n",
                    Inert.text(checkpoint.getModel()),
                    Inert.text(RecordRules.abbreviated(checkpoint.getCheckpoint(), 12)),
                    "%s, ngf %d".formatted(Inert.text(checkpoint.getFamily()), checkpoint.getNgf()),
                    "%1$d×%1$d×%2$d".formatted(checkpoint.getImageSize(), checkpoint.getChannels()),
                    checkpoint.getPublishedAt());
        }
        return 0;
    }
}
