package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.ShortTraining;
import io.langevin.messaging.text.RecordJson;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import io.langevin.records.ModelChange;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleRequest;
import java.util.Collection;
import java.util.List;
import org.apache.avro.generic.IndexedRecord;

/** Records as the dashboard's JSON, and JSON as records. */
final class PageJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** A table shows no more, and every page that opens is sent all of them. */
    private static final int LONGEST_DETAIL = 300;

    private PageJson() {}

    static ArrayNode records(Collection<? extends IndexedRecord> records) {
        ArrayNode array = NODES.arrayNode();
        records.forEach(record -> array.add(RecordJson.of(record)));
        return array;
    }

    static ArrayNode states(List<JobState> states) {
        ArrayNode array = NODES.arrayNode();
        states.forEach(state -> array.add(state(state)));
        return array;
    }

    static ObjectNode state(JobState state) {
        return RecordJson.of(state)
                .put("detail", RecordRules.abbreviated(state.getDetail(), LONGEST_DETAIL));
    }

    /**
     * A {@link ModelChange} by its fields.
     *
     * @param changeId where the body has none
     */
    static ModelChange modelChange(JsonNode body, String model, String changeId) {
        require(body.isObject(), "body", "be a JSON object", body);
        ObjectNode named = body.deepCopy();
        if (!named.has("changeId")) {
            named.put("changeId", changeId);
        }
        if (!named.has("model")) {
            named.put("model", model);
        }
        return JsonRecord.read(named, ModelChange.getClassSchema());
    }

    static ObjectNode image(GeneratedImage image) {
        return NODES.objectNode()
                .put("requestId", image.getRequestId())
                .put("index", image.getIndex())
                .put("model", image.getModel())
                .put("width", image.getWidth())
                .put("height", image.getHeight())
                .put("format", image.getFormat().name())
                .put("inline", image.getBytes() != null)
                .put("score", image.getScore());
    }

    static ArrayNode changes(List<LiveFeed.Change> changes) {
        ArrayNode array = NODES.arrayNode();
        changes.forEach(change -> array.add(change(change)));
        return array;
    }

    /** {@code kind} says which of the forms above {@code value} has. */
    static ObjectNode change(LiveFeed.Change change) {
        ObjectNode node = NODES.objectNode();
        if (change instanceof LiveFeed.Change.State state) {
            node.put("kind", "state").set("value", state(state.state()));
        } else if (change instanceof LiveFeed.Change.Image image) {
            node.put("kind", "image").set("value", image(image.image()));
        } else if (change instanceof LiveFeed.Change.Model model) {
            node.put("kind", "model").set("value", RecordJson.of(model.checkpoint()));
        } else if (change instanceof LiveFeed.Change.ModelGone gone) {
            node.put("kind", "modelGone")
                    .set("value", NODES.objectNode().put("model", gone.model()));
        } else if (change instanceof LiveFeed.Change.Loss loss) {
            node.put("kind", "loss").set("value", RecordJson.of(loss.progress()));
        } else if (change instanceof LiveFeed.Change.Judged judged) {
            node.put("kind", "judged").set("value", RecordJson.of(judged.judgement()));
        } else if (change instanceof LiveFeed.Change.Preview preview) {
            node.put("kind", "preview").set("value", RecordJson.of(preview.preview()));
        } else if (change instanceof LiveFeed.Change.Dataset dataset) {
            node.put("kind", "dataset").set("value", RecordJson.of(dataset.state()));
        }
        return node;
    }

    static ObjectNode id(String id) {
        return NODES.objectNode().put("id", id);
    }

    /**
     * A {@link SampleRequest} by its fields.
     *
     * @param requestId where the body has none
     */
    static SampleRequest sampleRequest(JsonNode body, String requestId) {
        require(body.isObject(), "body", "be a JSON object", body);
        ObjectNode named = body.deepCopy();
        if (!named.has("requestId")) {
            named.put("requestId", requestId);
        }
        return JsonRecord.read(named, SampleRequest.getClassSchema());
    }

    /**
     * A {@link RetrainingRequest} by its fields. Where it says neither how the network is made nor
     * how it is trained, and names no preset, both are those of a training of minutes, of which
     * {@code ngf} and {@code seconds} may be given.
     *
     * @param runId where the body has none
     */
    static RetrainingRequest retrainingRequest(JsonNode body, String runId) {
        require(body.isObject(), "body", "be a JSON object", body);
        ObjectNode named = body.deepCopy();
        if (!named.has("runId")) {
            named.put("runId", runId);
        }
        boolean whole = named.has("network") || named.has("training") || named.has("preset");
        if (whole) {
            return JsonRecord.read(named, RetrainingRequest.getClassSchema());
        }
        named.remove(List.of("ngf", "seconds"));
        RetrainingRequest request = JsonRecord.read(named, RetrainingRequest.getClassSchema());
        var made = ShortTraining.request();
        made.getNetworkBuilder().setNgf(number(body, "ngf", made.getNetworkBuilder().getNgf()));
        made.getTrainingBuilder().setMaximumSeconds(number(body, "seconds", 0));
        return RetrainingRequest.newBuilder(request)
                .setNetwork(made.getNetworkBuilder().build())
                .setTraining(made.getTrainingBuilder().build())
                .build();
    }

    private static int number(JsonNode body, String field, int otherwise) {
        JsonNode value = body.path(field);
        require(
                value.isMissingNode() || isWhole(value) && value.canConvertToInt(),
                field,
                "be a whole number",
                value);
        return value.asInt(otherwise);
    }

    /** 16.5 could be converted, by forgetting a half. */
    private static boolean isWhole(JsonNode number) {
        return number.isIntegralNumber();
    }
}
