package io.langevin.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.local.Langevin;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchTest {
    /** The product's class path need not have this module. */
    @Test
    void the_command_line_finds_the_measurements_of_this_module() {
        CommandLine line = Langevin.commandLine();
        var out = new StringWriter();
        line.setOut(new PrintWriter(out));

        assertThat(line.execute("bench", "--help")).isZero();
        assertThat(out.toString()).contains("langevin bench", "network", "serving");
    }
}
