package io.langevin.operations.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.messaging.rules.RejectedException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonBodyTest {
    @Test
    void an_object_in_utf8_is_read() {
        assertThat(
                        JsonBody.of("{\"a\": \"ü\"}".getBytes(StandardCharsets.UTF_8))
                                .path("a")
                                .asText())
                .isEqualTo("ü");
    }

    @Test
    void other_encodings_are_refused() {
        for (byte[] bytes :
                new byte[][] {
                    "{\"a\":1}".getBytes(StandardCharsets.UTF_16),
                    "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE),
                    {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'}
                }) {
            assertThatThrownBy(() -> JsonBody.of(bytes))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageStartingWith("body: must be");
        }
    }

    @Test
    void what_is_wrong_is_said_in_few_words_that_move_no_cursor() {
        assertRefused("{\"a\":1,\"a\":2}", "body: must be a JSON object: Duplicate field 'a'");
        assertRefused("[1]", "body: must be a JSON object, not [1]");
        assertRefused("", "body: must be a JSON object");
        assertRefused("{\"a\":NaN}", "body: must be a JSON object: Non-standard token 'NaN'");
        assertRefused("[".repeat(5_000), "body: must be a JSON object: Document nesting depth");
        assertRefused("{\"" + "x".repeat(60_000) + "\":1}", "body: must be a JSON object: ");
        assertRefused("{\u001b", "body: must be a JSON object: ");
    }

    private static void assertRefused(String body, String reason) {
        assertThatThrownBy(() -> JsonBody.of(body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith(reason)
                .satisfies(
                        e ->
                                assertThat(e.getMessage())
                                        .hasSizeLessThan(300)
                                        .doesNotContain("\u001b"));
    }
}
