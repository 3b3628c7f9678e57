package io.langevin.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;

class InertStreamTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream stream = new InertStream(out);

    @Test
    void line_of_a_logger_stays_one_line_and_moves_nothing() {
        stream.println("id=x\n2026-11-27 ERROR forged \u001b[31m\u009b2J");

        assertThat(written())
                .isEqualTo(
                        "id=x\\u000a2026-11-27 ERROR forged \\u001b[31m\\u009b2J"
                                + System.lineSeparator());
    }

    @Test
    void stack_has_its_lines_and_its_message_is_one_of_them() {
        new IllegalStateException("a\nforged").printStackTrace(stream);

        String[] lines = written().split(System.lineSeparator());
        assertThat(lines[0]).isEqualTo("java.lang.IllegalStateException: a\\u000aforged");
        assertThat(lines[1]).startsWith("    at io.langevin.process.InertStreamTest");
    }

    private String written() {
        return out.toString(Charset.defaultCharset());
    }
}
