package io.langevin.operations.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.letters.DeadLetter;
import io.langevin.messaging.letters.DeadLetterBox;
import io.langevin.messaging.letters.LetterId;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.text.RecordJson;
import io.langevin.process.Inert;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.header.Header;

/** Dead letters: what there is, and what is done about it. */
final class LetterRoutes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int USUAL = 50;
    private static final int MOST = 500;
    private static final int LONGEST_REASON = 1_000;
    private static final int LONGEST_HEADER = 1_000;
    private static final int LONGEST_VALUE = 64 << 10;
    private static final int BYTES_SHOWN = 256;

    private final DeadLetterBox letters;
    private final Schemas schemas;
    private final HttpGuard guard;

    LetterRoutes(DeadLetterBox letters, Schemas schemas, HttpGuard guard) {
        this.letters = letters;
        this.schemas = schemas;
        this.guard = guard;
    }

    void addTo(ApiRoutes routes) {
        String letter = "/api/dead-letters/{topic}/{partition}/{offset}";
        routes.get(
                "/api/dead-letters",
                "Dead letters, newest first",
                new TreeMap<>(
                        Map.of(
                                "topic", "of one topic alone",
                                "open", "true: those alone that nothing was done about",
                                "limit", "1 to 500")),
                "application/json",
                this::list);
        routes.get(letter, "A dead letter, decoded where that is possible", this::show);
        routes.post(letter + "/redrive", "Send its record again, once", this::redrive);
        routes.post(letter + "/discard", "Note that nothing is to be done", this::discard);
    }

    private void list(Context ctx) throws InterruptedException {
        int limit = ViewRoutes.number(ctx, "limit", USUAL, 1, MOST);
        var topic = Optional.ofNullable(ctx.queryParam("topic")).filter(name -> !name.isEmpty());
        boolean open = "true".equals(ctx.queryParam("open"));
        Predicate<DeadLetter> wanted = letter -> !open || letter.handled().isEmpty();
        ArrayNode array = NODES.arrayNode();
        for (DeadLetter letter : letters.newest(topic.map(LetterId::topic), wanted, limit)) {
            array.add(summary(letter));
        }
        ViewRoutes.json(ctx, array);
    }

    private static ObjectNode summary(DeadLetter letter) {
        ObjectNode node =
                NODES.objectNode()
                        .put("letter", letter.id().toString())
                        .put("topic", letter.id().topic().suffix())
                        .put("since", letter.since().toString())
                        .put("reader", letter.reader())
                        .put("reason", Inert.text(letter.reason()))
                        .put(
                                "key",
                                letter.record().key() == null
                                        ? null
                                        : Inert.text(letter.record().key()))
                        .put("bytes", Math.max(0, letter.record().serializedValueSize()));
        node.set(
                "handled", letter.handled().<JsonNode>map(RecordJson::of).orElse(NODES.nullNode()));
        return node;
    }

    private void show(Context ctx) throws InterruptedException {
        DeadLetter letter = letters.find(id(ctx));
        ObjectNode node = summary(letter);
        ObjectNode headers = node.putObject("headers");
        for (Header header : letter.record().headers()) {
            String text =
                    header.value() == null
                            ? ""
                            : new String(header.value(), StandardCharsets.UTF_8);
            headers.put(header.key(), Inert.text(RecordRules.abbreviated(text, LONGEST_HEADER)));
        }
        byte[] value = letter.record().value();
        if (value != null) {
            node.put("value", schemas.text(value, LONGEST_VALUE).map(Inert::text).orElse(null));
            int shown = Math.min(BYTES_SHOWN, value.length);
            node.put("hexadecimal", HexFormat.of().formatHex(value, 0, shown));
        }
        ViewRoutes.json(ctx, node);
    }

    private void redrive(Context ctx) throws InterruptedException {
        LetterId id = id(ctx);
        JsonBody.of(guard.body(ctx));
        ViewRoutes.json(ctx, RecordJson.of(letters.redrive(id)));
    }

    private void discard(Context ctx) throws InterruptedException {
        LetterId id = id(ctx);
        JsonNode reason = JsonBody.of(guard.body(ctx)).path("reason");
        RecordRules.require(
                reason.isMissingNode() || reason.isTextual(), "reason", "be text", reason);
        String text = RecordRules.abbreviated(reason.asText(""), LONGEST_REASON);
        ViewRoutes.json(ctx, RecordJson.of(letters.discard(id, text)));
    }

    private static LetterId id(Context ctx) {
        return LetterId.parse(
                "%s/%s/%s"
                        .formatted(
                                ctx.pathParam("topic"),
                                ctx.pathParam("partition"),
                                ctx.pathParam("offset")));
    }
}
