package io.langevin.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Keys of records: UTF-8 text that loses nothing. A byte b that is no UTF-8 becomes the lone
 * surrogate U+DC00 + b and is written as that byte again, so that the key of a dead letter is the
 * key that came; no id and no name has such a character.
 */
public final class RecordKeys implements Serde<String> {
    private static final char ESCAPED = 0xDC00;

    @Override
    public Serializer<String> serializer() {
        return (topic, key) -> key == null ? null : encode(key);
    }

    @Override
    public Deserializer<String> deserializer() {
        return (topic, bytes) -> bytes == null ? null : decode(bytes);
    }

    static String decode(byte[] bytes) {
        CharsetDecoder decoder = UTF_8.newDecoder(); // reports what is malformed
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (ESCAPED + (in.get() & 0xFF)));
            }
        }
    }

    static byte[] encode(String key) {
        var bytes = new ByteArrayOutputStream(key.length());
        int from = 0;
        for (int i = 0; i < key.length(); i++) {
            boolean pair = i > 0 && Character.isHighSurrogate(key.charAt(i - 1));
            if (Character.isLowSurrogate(key.charAt(i)) && !pair) {
                bytes.writeBytes(key.substring(from, i).getBytes(UTF_8));
                bytes.write(key.charAt(i) - ESCAPED);
                from = i + 1;
            }
        }
        bytes.writeBytes(key.substring(from).getBytes(UTF_8));
        return bytes.toByteArray();
    }
}
