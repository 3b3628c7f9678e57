package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {
    static Stream<List<String>> every_command_explains_itself() {
        return commands(Langevin.commandLine()).stream();
    }

    private static List<List<String>> commands(CommandLine line) {
        List<List<String>> all = new ArrayList<>(List.of(List.of()));
        line.getSubcommands()
                .forEach(
                        (name, sub) ->
                                commands(sub).stream()
                                        .map(rest -> Stream.concat(Stream.of(name), rest.stream()))
                                        .forEach(words -> all.add(words.toList())));
        return all;
    }

    @ParameterizedTest
    @MethodSource
    void every_command_explains_itself(List<String> command) {
        var out = new StringWriter();
        List<String> words = new ArrayList<>(command);
        words.add("--help");

        int code =
                Langevin.commandLine()
                        .setOut(new PrintWriter(out))
                        .execute(words.toArray(String[]::new));

        assertThat(code).isZero();
        assertThat(out.toString())
                .contains("Usage: " + String.join(" ", prefixed(command)))
                .containsPattern("(?m)^\\S.*\\.$"); // a sentence that says what for
        assertThat(out.toString().contains("Start here:"))
                .as("the outermost command's words")
                .isEqualTo(command.isEmpty());
    }

    private static List<String> prefixed(List<String> command) {
        return Stream.concat(Stream.of("langevin"), command.stream()).toList();
    }
}
