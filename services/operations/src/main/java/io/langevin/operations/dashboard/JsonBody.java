package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Inert;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The body of a request, as a JSON object. */
final class JsonBody {
    /** Characters of what is wrong with a body: it may quote it. */
    private static final int LONGEST_REASON = 200;

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private JsonBody() {}

    /**
     * @throws RejectedException where the bytes are no JSON object in UTF-8
     */
    static JsonNode of(byte[] bytes) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            JsonNode body = JSON.readTree(text);
            require(body != null && body.isObject(), "body", "be a JSON object", shown(body));
            return body;
        } catch (CharacterCodingException e) {
            throw new RejectedException("body: must be UTF-8");
        } catch (JsonProcessingException e) {
            throw new RejectedException(
                    "body: must be a JSON object: " + shown(e.getOriginalMessage()));
        }
    }

    private static String shown(Object value) {
        return Inert.text(RecordRules.abbreviated(String.valueOf(value), LONGEST_REASON));
    }
}
