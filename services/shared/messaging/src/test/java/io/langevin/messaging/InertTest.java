package io.langevin.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Inert;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InertTest {
    @Test
    void nothing_moves_the_cursor_or_begins_a_line() {
        assertThat(Inert.text("a\nb\u001b[2J\u202ec\r\u2028d"))
                .isEqualTo("a\\u000ab\\u001b[2J\\u202ec\\u000d\\u2028d");
        assertThat(new RejectedException("model: 'x\u001b]0;owned\u0007'").getMessage())
                .isEqualTo("model: 'x\\u001b]0;owned\\u0007'");
    }

    @Test
    void text_stays_as_it_is() {
        assertThat(Inert.text("σ₁ = 11.9, 54 levels – “ü” 日本 🙂"))
                .isEqualTo("σ₁ = 11.9, 54 levels – “ü” 日本 🙂");
    }

    @Property
    void no_control_character_is_left(@ForAll String text) {
        assertThat(Inert.text(text).codePoints().noneMatch(Character::isISOControl)).isTrue();
    }
}
