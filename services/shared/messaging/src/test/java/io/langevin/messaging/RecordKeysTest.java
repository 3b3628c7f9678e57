package io.langevin.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RecordKeysTest {
    @Property
    void any_bytes_come_back(@ForAll byte[] bytes) {
        assertThat(RecordKeys.encode(RecordKeys.decode(bytes))).isEqualTo(bytes);
    }

    @Property
    void text_is_utf_8(@ForAll String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        String whole = new String(utf8, StandardCharsets.UTF_8); // lone surrogates are no text
        assertThat(RecordKeys.decode(utf8)).isEqualTo(whole);
        assertThat(RecordKeys.encode(whole)).isEqualTo(utf8);
    }
}
