package io.langevin.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** Gives an empty data folder the identity of a new cluster. */
final class StorageFormat {
    private StorageFormat() {}

    /**
     * Formats the folder unless {@code meta.properties} says that this was done before.
     *
     * @param controller name of the controller's listener
     */
    static void once(Path dataDir, String controller) throws IOException {
        if (Files.exists(dataDir.resolve("meta.properties"))) {
            return;
        }
        try (var silence =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            formatter(dataDir, controller).setPrintStream(silence).run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(
                    "the data folder " + dataDir + " cannot be formatted for Kafka", e);
        }
    }

    private static Formatter formatter(Path dataDir, String controller) {
        return new Formatter()
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setControllerListenerName(controller)
                .setMetadataLogDirectory(dataDir.toString())
                .addDirectory(dataDir.toString());
    }
}
