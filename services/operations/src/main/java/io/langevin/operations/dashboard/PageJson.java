package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.ShortTraining;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleRequest;
import io.langevin.records.TrainingProgress;
import java.util.List;

/** Records as the dashboard's JSON, and JSON as records. */
final class PageJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** A table shows no more, and every page that opens is sent all of them. */
    private static final int LONGEST_DETAIL = 300;

    private PageJson() {}

    static ArrayNode states(List<JobState> states) {
        ArrayNode array = NODES.arrayNode();
        states.forEach(state -> array.add(state(state)));
        return array;
    }

    static ObjectNode state(JobState state) {
        return NODES.objectNode()
                .put("id", state.getId())
                .put("kind", state.getKind().name())
                .put("stage", state.getStage().name())
                .put("model", state.getModel())
                .put("detail", RecordRules.abbreviated(state.getDetail(), LONGEST_DETAIL))
                .put("requestedAt", state.getRequestedAt().toString())
                .put("updatedAt", state.getUpdatedAt().toString());
    }

    static ArrayNode models(List<PublishedCheckpoint> models) {
        ArrayNode array = NODES.arrayNode();
        models.forEach(model -> array.add(model(model)));
        return array;
    }

    static ObjectNode model(PublishedCheckpoint model) {
        return NODES.objectNode()
                .put("model", model.getModel())
                .put("checkpoint", model.getCheckpoint())
                .put("family", model.getFamily())
                .put("ngf", model.getNgf())
                .put("imageSize", model.getImageSize())
                .put("channels", model.getChannels())
                .put("levels", model.getLevels())
                .put("stepsPerLevel", model.getStepsPerLevel())
                .put("publishedAt", model.getPublishedAt().toString());
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

    static ObjectNode progress(TrainingProgress progress) {
        return NODES.objectNode()
                .put("runId", progress.getRunId())
                .put("iteration", progress.getIteration())
                .put("iterations", progress.getIterations())
                .put("seconds", progress.getSeconds())
                .put("maximumSeconds", progress.getMaximumSeconds())
                .put("loss", progress.getLoss())
                .put("imagesPerSecond", progress.getImagesPerSecond());
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
            node.put("kind", "model").set("value", model(model.checkpoint()));
        } else if (change instanceof LiveFeed.Change.ModelGone gone) {
            node.put("kind", "modelGone")
                    .set("value", NODES.objectNode().put("model", gone.model()));
        } else if (change instanceof LiveFeed.Change.Loss loss) {
            node.put("kind", "loss").set("value", progress(loss.progress()));
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

    /** {@code model}, {@code dataset}, {@code imageSize}, {@code seconds}; the rest by default. */
    static RetrainingRequest retrainingRequest(JsonNode body, String runId) {
        requireFields(body, List.of("model", "dataset", "imageSize", "ngf", "seconds"));
        require(body.path("model").isTextual(), "model", "be text", body.path("model"));
        require(body.path("dataset").isTextual(), "dataset", "be text", body.path("dataset"));
        var request = ShortTraining.request();
        request.getNetworkBuilder()
                .setNgf(number(body, "ngf", request.getNetworkBuilder().getNgf()));
        request.getTrainingBuilder().setMaximumSeconds(number(body, "seconds", 0));
        return request.setRunId(runId)
                .setModel(body.path("model").asText())
                .setDataset(body.path("dataset").asText())
                .setImageSize(number(body, "imageSize", 32))
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

    private static void requireFields(JsonNode body, List<String> known) {
        require(body.isObject(), "body", "be a JSON object", body);
        body.fieldNames()
                .forEachRemaining(
                        name -> require(known.contains(name), "body", "have only " + known, name));
    }
}
