package io.langevin.cli.letters;

import io.langevin.messaging.letters.DeadLetter;
import io.langevin.messaging.letters.DeadLetterBox;
import io.langevin.messaging.letters.LetterId;
import io.langevin.records.HandledLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends the records of dead letters again. */
@Command(
        name = "redrive",
        description = {
            "Send the records of dead letters once more to the topics that they were sent to.",
            "Each is sent once, however often it is asked for."
        },
        footer = {
            "",
            "For example:",
            "  langevin dead redrive sampling.requests/0/17",
            "  langevin dead redrive --topic schedule.jobs     all that nothing was done about"
        })
final class RedriveCommand implements Callable<Integer> {
    private static final int MOST = 10_000;

    @Mixin LetterBox box;

    @Parameters(arity = "0..*", paramLabel = "LETTER", description = "As 'dead list' names them.")
    List<String> ids = new ArrayList<>();

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "All letters of a topic that nothing was done about, the oldest first.")
    String topic;

    @Override
    public Integer call() throws InterruptedException {
        DeadLetterBox letters = box.open();
        List<LetterId> wanted = new ArrayList<>(ids.stream().map(LetterId::parse).toList());
        if (topic != null) {
            letters
                    .newest(
                            Optional.of(LetterId.topic(topic)),
                            letter -> letter.handled().isEmpty(),
                            MOST)
                    .stream()
                    .map(DeadLetter::id)
                    .forEach(id -> wanted.add(0, id));
        }
        for (LetterId id : wanted) {
            HandledLetter done = letters.redrive(id);
            System.out.printf(
                    "%s was sent to %s at %s%n", id, id.topic().suffix(), done.getHandledAt());
        }
        if (wanted.isEmpty()) {
            System.out.println("no dead letters");
        }
        return 0;
    }
}
