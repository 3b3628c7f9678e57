package io.langevin.cli.letters;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.letters.DeadLetterBox;
import io.langevin.messaging.letters.LetterId;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Notes that nothing is to be done about dead letters. */
@Command(
        name = "discard",
        description = {
            "Note that nothing is to be done about dead letters.",
            "Their bytes stay until their topic lets go of them, after 30 days."
        })
final class DiscardCommand implements Callable<Integer> {
    private static final int LONGEST_REASON = 1_000;

    @Mixin LetterBox box;

    @Parameters(arity = "1..*", paramLabel = "LETTER", description = "As 'dead list' names them.")
    List<String> ids;

    @Option(names = "--reason", defaultValue = "", description = "Why, for whoever asks later.")
    String reason;

    @Override
    public Integer call() throws InterruptedException {
        require(
                reason.length() <= LONGEST_REASON,
                "--reason",
                "have at most %d characters".formatted(LONGEST_REASON),
                reason.length());
        List<LetterId> wanted = ids.stream().map(LetterId::parse).toList();
        DeadLetterBox letters = box.open();
        for (LetterId id : wanted) {
            System.out.printf(
                    "%s was discarded at %s%n", id, letters.discard(id, reason).getHandledAt());
        }
        return 0;
    }
}
