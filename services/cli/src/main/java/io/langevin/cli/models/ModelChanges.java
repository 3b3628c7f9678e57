package io.langevin.cli.models;

import static io.langevin.messaging.Topics.MODEL_CHANGES;
import static io.langevin.messaging.Topics.MODEL_CHANGE_RESULTS;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.cli.Connection;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.Inert;
import io.langevin.records.JobStatus;
import io.langevin.records.ModelAction;
import io.langevin.records.ModelChange;
import io.langevin.records.ModelChangeResult;
import java.util.UUID;

/** Asks the publishing service for a change of a model, and says what came of it. */
final class ModelChanges {
    private static final int DIGITS = 12;

    private ModelChanges() {}

    /**
     * @param checkpoint artifact id, the first digits of one that the model has, or null
     * @throws CommandFailure where the change was refused
     */
    static ModelChangeResult ask(
            Connection connection,
            String model,
            ModelAction action,
            String checkpoint,
            double share)
            throws InterruptedException {
        requireModelName(model);
        String id = UUID.randomUUID().toString();
        ModelChange change =
                ModelChange.newBuilder()
                        .setChangeId(id)
                        .setModel(model)
                        .setAction(action)
                        .setCheckpoint(checkpoint)
                        .setShare(share)
                        .build();
        try (PlatformClient platform = connection.platform()) {
            ModelChangeResult result =
                    platform.ask(
                            MODEL_CHANGES,
                            id,
                            change,
                            MODEL_CHANGE_RESULTS,
                            "the publishing service",
                            "the change is made all the same; './langevin models' tells");
            if (result.getStatus() != JobStatus.COMPLETED) {
                throw new CommandFailure("not changed: " + Inert.text(result.getReason()));
            }
            return result;
        }
    }

    /** So many digits of an id as a person reads. */
    static String digits(String id) {
        return id == null ? "none" : Inert.text(RecordRules.abbreviated(id, DIGITS));
    }
}
