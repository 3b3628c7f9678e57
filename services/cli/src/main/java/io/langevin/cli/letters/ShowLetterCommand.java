package io.langevin.cli.letters;

import io.langevin.messaging.letters.DeadLetter;
import io.langevin.messaging.letters.LetterId;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.Inert;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one dead letter. */
@Command(name = "show", description = "Show a dead letter: why it is dead, and what is in it.")
final class ShowLetterCommand implements Callable<Integer> {
    private static final int LONGEST_HEADER = 300;
    private static final int BYTES_SHOWN = 256;
    private static final int LONGEST_VALUE = 64 << 10;

    @Mixin LetterBox box;

    @Parameters(paramLabel = "LETTER", description = "As 'dead list' names it.")
    String id;

    @Override
    public Integer call() throws InterruptedException {
        DeadLetter letter = box.open().find(LetterId.parse(id));
        line("letter", letter.id().toString());
        line("since", letter.since().toString());
        line("reader", letter.reader());
        line("reason", letter.reason());
        letter.handled()
                .ifPresent(
                        note ->
                                line(
                                        "done",
                                        "%s at %s %s"
                                                .formatted(
                                                        note.getEnd(),
                                                        note.getHandledAt(),
                                                        note.getReason())));
        line("key", letter.record().key() == null ? "none" : letter.record().key());
        for (Header header : letter.record().headers()) {
            String text =
                    header.value() == null
                            ? ""
                            : new String(header.value(), StandardCharsets.UTF_8);
            line("header", header.key() + " = " + RecordRules.abbreviated(text, LONGEST_HEADER));
        }
        line("value", value(letter.record().value()));
        return 0;
    }

    private String value(byte[] value) {
        if (value == null) {
            return "none";
        }
        Optional<String> text = box.schemas().text(value, LONGEST_VALUE);
        if (text.isPresent()) {
            return text.get();
        }
        int shown = Math.min(BYTES_SHOWN, value.length);
        return "%d bytes that are no record: %s%s"
                .formatted(
                        value.length,
                        HexFormat.of().formatHex(value, 0, shown),
                        shown < value.length ? "…" : "");
    }

    private static void line(String name, String text) {
        System.out.printf("%-8s %s%n", name, Inert.text(text));
    }
}
