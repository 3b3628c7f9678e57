package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireArtifact;
import static io.langevin.messaging.rules.RecordRules.requireId;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.langevin.messaging.rules.JobStages;
import io.langevin.messaging.text.RecordJson;
import io.langevin.operations.views.BrokerState;
import io.langevin.operations.views.RecentOutcomes;
import io.langevin.records.JobState;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What there is: everything that can be read and nothing that changes. */
final class ViewRoutes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String JSON = "application/json";
    static final String PNG = "image/png";

    private static final Map<String, String> LISTS =
            new TreeMap<>(
                    Map.of(
                            "kind", "SAMPLING or RETRAINING",
                            "stage", "a JobStage",
                            "model", "name of the model",
                            "q", "text that id, model or detail has",
                            "limit", "1 to 1000; 50 where nothing is said",
                            "after", "what next of the last list was"));

    private static final int USUAL = 50;
    private static final int MOST = 1_000;

    private final LiveFeed feed;
    private final RecentOutcomes outcomes;
    private final BrokerState broker;

    ViewRoutes(LiveFeed feed, RecentOutcomes outcomes, BrokerState broker) {
        this.feed = feed;
        this.outcomes = outcomes;
        this.broker = broker;
    }

    void addTo(ApiRoutes routes) {
        routes.get("/api/overview", "What the last hour was like", ctx -> json(ctx, overview()));
        routes.get("/api/jobs", "Requests and runs, newest first", LISTS, JSON, this::jobs);
        routes.get("/api/jobs/{id}", "The state of a request or run", this::job);
        routes.get("/api/runs/{id}", "A run, its progress and judgements", this::run);
        routes.get(
                "/api/runs/{id}/grids/{checkpoint}",
                "Images of a judged checkpoint",
                Map.of(),
                PNG,
                this::grid);
        routes.get("/api/models", "Models", ctx -> json(ctx, PageJson.records(feed.models())));
        routes.get("/api/models/{model}", "A model", this::model);
        routes.get(
                "/api/datasets",
                "Data sets that are topics",
                ctx -> json(ctx, PageJson.records(feed.datasets())));
        routes.get(
                "/api/rules",
                "Standing rules",
                ctx -> json(ctx, PageJson.records(feed.policies())));
        routes.get("/api/topics", "Topics and groups", ctx -> json(ctx, topics()));
    }

    private JsonNode overview() {
        RecentOutcomes.Summary summary = outcomes.summary();
        ObjectNode node = NODES.objectNode();
        ArrayNode minutes = node.putArray("minutes");
        for (RecentOutcomes.Minute minute : summary.minutes()) {
            minutes.addObject()
                    .put("begin", minute.begin().toString())
                    .put("completed", minute.completed())
                    .put("failed", minute.failed())
                    .put("images", minute.images());
        }
        node.set("queuedMillis", percentiles(summary.queued()));
        node.set("computedMillis", percentiles(summary.computed()));
        ObjectNode byModel = node.putObject("imagesByModel");
        summary.imagesByModel().forEach(byModel::put);
        ObjectNode underWay = node.putObject("underWay");
        for (JobState state : feed.states()) {
            if (!JobStages.isEnd(state.getStage())) {
                String what = state.getKind() + " " + state.getStage();
                underWay.put(what, underWay.path(what).asInt() + 1);
            }
        }
        return node;
    }

    private static ObjectNode percentiles(RecentOutcomes.Percentiles of) {
        return NODES.objectNode()
                .put("p50", of.half())
                .put("p95", of.most())
                .put("p99", of.nearlyAll());
    }

    /** The newest first, as far as the filters let them; {@code next} is where more begin. */
    private void jobs(Context ctx) {
        JobFilter filter = JobFilter.of(ctx);
        int limit = number(ctx, "limit", USUAL, 1, MOST);
        List<JobState> found =
                feed.states().stream().filter(filter::takes).limit(limit + 1L).toList();
        ObjectNode node = NODES.objectNode();
        node.set("jobs", PageJson.states(found.subList(0, Math.min(limit, found.size()))));
        node.put("next", found.size() > limit ? JobFilter.cursor(found.get(limit - 1)) : null);
        json(ctx, node);
    }

    private void job(Context ctx) {
        String id = id(ctx);
        JobState state =
                feed.state(id).orElseThrow(() -> none("no request or run has the id " + id));
        json(ctx, PageJson.state(state));
    }

    private void run(Context ctx) {
        String id = id(ctx);
        ObjectNode node = NODES.objectNode();
        JobState state = feed.state(id).orElseThrow(() -> none("no run has the id " + id));
        node.set("state", PageJson.state(state));
        node.set("progress", PageJson.records(feed.runs().progress(id)));
        node.set("judgements", PageJson.records(feed.runs().judgements(id)));
        json(ctx, node);
    }

    private void grid(Context ctx) {
        String checkpoint = ctx.pathParam("checkpoint");
        requireArtifact("checkpoint", checkpoint);
        png(
                ctx,
                feed.runs().judgements(id(ctx)).stream()
                        .filter(judged -> judged.getCheckpoint().equals(checkpoint))
                        .map(judged -> judged.getGrid())
                        .filter(grid -> grid != null)
                        .findFirst()
                        .orElseThrow(() -> none("there is no picture of this checkpoint")));
    }

    private void model(Context ctx) {
        String model = ctx.pathParam("model");
        requireModelName(model);
        json(
                ctx,
                feed.models().stream()
                        .filter(one -> one.getModel().equals(model))
                        .findFirst()
                        .map(RecordJson::of)
                        .orElseThrow(() -> none("there is no model " + model)));
    }

    private JsonNode topics() throws InterruptedException {
        BrokerState.State now = broker.now();
        ObjectNode node = NODES.objectNode();
        node.put("at", now.at().toString());
        ArrayNode topics = node.putArray("topics");
        for (BrokerState.TopicState state : now.topics()) {
            ObjectNode topic =
                    topics.addObject()
                            .put("topic", state.topic().suffix())
                            .put("record", state.topic().type().getSimpleName())
                            .put("partitions", state.partitions())
                            .put("records", state.records())
                            .put("dead", state.dead());
            topic.put("kept", state.topic().kept().map(Object::toString).orElse("compacted"));
        }
        ArrayNode groups = node.putArray("groups");
        for (BrokerState.GroupState group : now.groups()) {
            groups.addObject()
                    .put("group", group.name())
                    .put("kind", group.kind().name())
                    .put("members", group.members())
                    .put("lag", group.lag().orElse(null));
        }
        return node;
    }

    static void png(Context ctx, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        ctx.contentType("image/png").result(copy);
    }

    static String id(Context ctx) {
        String id = ctx.pathParam("id");
        requireId("id", id);
        return id;
    }

    static int number(Context ctx, String name, int otherwise, int least, int most) {
        String text = ctx.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        boolean fits =
                text.matches("[0-9]{1,6}")
                        && Integer.parseInt(text) >= least
                        && Integer.parseInt(text) <= most;
        require(fits, name, "be %d to %d".formatted(least, most), text);
        return Integer.parseInt(text);
    }

    static RuntimeException none(String why) {
        return HttpGuard.refused(404, why);
    }

    static void json(Context ctx, JsonNode node) {
        ctx.contentType("application/json").result(node.toString());
    }
}
