package io.langevin.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** Where a checkpoint file goes, on the command line. */
public final class PublishOptions {
    @Option(
            names = "--as",
            required = true,
            paramLabel = "MODEL",
            description = "The model's name.")
    public String model;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description = "The services' artifact store; by default that of the running 'up'.")
    public URI artifacts;
}
