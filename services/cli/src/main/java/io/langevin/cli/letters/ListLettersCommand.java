package io.langevin.cli.letters;

import static io.langevin.messaging.rules.RecordRules.between;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.langevin.cli.terminal.Output;
import io.langevin.messaging.letters.DeadLetter;
import io.langevin.messaging.letters.LetterId;
import io.langevin.messaging.text.RecordJson;
import io.langevin.process.Inert;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists dead letters. */
@Command(name = "list", description = "List dead letters, the newest first.")
final class ListLettersCommand implements Callable<Integer> {
    @Mixin LetterBox box;
    @Mixin Output output;

    @Option(
            names = "--topic",
            paramLabel = "TOPIC",
            description = "Of one topic alone, such as sampling.requests.")
    String topic;

    @Option(names = "--all", description = "Those that something was done about, too.")
    boolean all;

    @Option(
            names = "--limit",
            defaultValue = "50",
            description = "How many (default: ${DEFAULT-VALUE}).")
    int limit;

    @Override
    public Integer call() throws InterruptedException {
        between("--limit", limit, 1, 1_000);
        List<DeadLetter> letters =
                box.open()
                        .newest(
                                Optional.ofNullable(topic).map(LetterId::topic),
                                letter -> all || letter.handled().isEmpty(),
                                limit);
        if (output.isJson()) {
            letters.forEach(letter -> Output.json(json(letter)));
            return 0;
        }
        if (letters.isEmpty()) {
            System.out.println("no dead letters");
            return 0;
        }
        System.out.printf("%-34s %-21s %-10s %s%n", "LETTER", "SINCE", "STATE", "REASON");
        for (DeadLetter letter : letters) {
            System.out.printf(
                    "%-34s %-21s %-10s %s%n",
                    letter.id(),
                    letter.since().truncatedTo(ChronoUnit.SECONDS),
                    letter.handled()
                            .map(note -> note.getEnd().name().toLowerCase(Locale.ROOT))
                            .orElse("new"),
                    Inert.text(letter.reason()));
        }
        return 0;
    }

    private static ObjectNode json(DeadLetter letter) {
        ObjectNode node =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("letter", letter.id().toString())
                        .put("since", letter.since().toString())
                        .put("reader", letter.reader())
                        .put("reason", letter.reason())
                        .put("key", letter.record().key());
        letter.handled().ifPresent(note -> node.set("handled", RecordJson.of(note)));
        return node;
    }
}
