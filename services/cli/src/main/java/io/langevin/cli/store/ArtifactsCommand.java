package io.langevin.cli.store;

import picocli.CommandLine.Command;

/** What may be done with the store of artifacts. */
@Command(
        name = "artifacts",
        description = "Look after the store of checkpoints, snapshots and large images.",
        subcommands = CollectCommand.class)
public final class ArtifactsCommand {}
