package io.langevin.operations;

import static io.langevin.messaging.RecordRules.require;
import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.http.sse.SseClient;
import io.langevin.messaging.ConfigurationException;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.Schemas;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleRequest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The dashboard at {@code /} and its HTTP API under {@code /api}: what is there, live changes as
 * server-sent events, and events to publish. Whatever a person does here is an event like any
 * other.
 */
final class OperationsApi implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_BODY = 64 * 1024;

    private final Javalin server;
    private final LiveFeed feed;
    private final RecordWriter<SampleRequest> samples;
    private final RecordWriter<RetrainingRequest> retrainings;
    private final RecordWriter<Cancellation> cancellations;

    private OperationsApi(
            OperationsConfig config, Schemas schemas, LiveFeed feed, MeterRegistry metrics)
            throws InterruptedException {
        this.feed = feed;
        var kafka = config.kafka();
        String name = OperationsService.NAME;
        this.samples = RecordWriter.open(kafka, schemas, SAMPLING_REQUESTS, name);
        this.retrainings = RecordWriter.open(kafka, schemas, RETRAINING_REQUESTS, name);
        this.cancellations = RecordWriter.open(kafka, schemas, CANCELLATIONS, name);
        this.server = Javalin.create(javalin -> configure(javalin, metrics));
    }

    static OperationsApi start(
            OperationsConfig config, Schemas schemas, LiveFeed feed, MeterRegistry metrics)
            throws InterruptedException {
        OperationsApi api = new OperationsApi(config, schemas, feed, metrics);
        try {
            api.server.start(config.pageHost(), config.pagePort());
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    "LANGEVIN_PAGE_PORT: cannot listen on %s:%d: %s"
                            .formatted(config.pageHost(), config.pagePort(), e.getMessage()),
                    e);
        }
        return api;
    }

    int port() {
        return server.port();
    }

    private void configure(JavalinConfig javalin, MeterRegistry metrics) {
        javalin.startup.showJavalinBanner = false;
        javalin.http.maxRequestSize = LARGEST_BODY;
        javalin.staticFiles.add("/page");
        var routes = javalin.routes;
        routes.before("/api/*", OperationsApi::refuseOtherPages);
        routes.get("/api/jobs", ctx -> json(ctx, Json.states(feed.states())));
        routes.get("/api/jobs/{id}", this::job);
        routes.get("/api/models", ctx -> json(ctx, Json.models(feed.models())));
        routes.get("/api/images/{id}/{index}", this::image);
        routes.post("/api/sample-requests", this::publishSampleRequest);
        routes.post("/api/retraining-requests", this::publishRetrainingRequest);
        routes.post("/api/cancellations/{id}", this::cancel);
        routes.sse("/api/events", this::events);
        routes.get("/health", ctx -> ctx.result("ready\n"));
        if (metrics instanceof PrometheusMeterRegistry prometheus) {
            routes.get("/metrics", ctx -> ctx.result(prometheus.scrape()));
        }
        routes.exception(
                RejectedException.class,
                (e, ctx) -> json(ctx.status(HttpStatus.BAD_REQUEST), Json.error(e.getMessage())));
    }

    /** A page from elsewhere may post text or forms unasked, but not JSON. */
    private static void refuseOtherPages(Context ctx) {
        boolean json = String.valueOf(ctx.contentType()).startsWith("application/json");
        require(
                ctx.method() != HandlerType.POST || json,
                "Content-Type",
                "be application/json",
                ctx.contentType());
    }

    private void job(Context ctx) {
        String id = ctx.pathParam("id");
        feed.state(id)
                .ifPresentOrElse(
                        state -> json(ctx, Json.state(state)),
                        () -> notFound(ctx, "no request or run has the id " + id));
    }

    private void image(Context ctx) {
        int index = ctx.pathParamAsClass("index", Integer.class).get();
        Optional<GeneratedImage> image = feed.image(ctx.pathParam("id"), index);
        if (image.isEmpty() || image.get().getBytes() == null) {
            notFound(ctx, "that image is not among the newest");
            return;
        }
        var bytes = image.get().getBytes().duplicate();
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        boolean png = image.get().getFormat() == ImageFormat.PNG;
        ctx.contentType(png ? "image/png" : "application/octet-stream").result(copy);
    }

    private void publishSampleRequest(Context ctx) throws InterruptedException {
        SampleRequest request = Json.sampleRequest(body(ctx), UUID.randomUUID().toString());
        samples.write(request.getRequestId(), request);
        json(ctx.status(HttpStatus.ACCEPTED), Json.id(request.getRequestId()));
    }

    private void publishRetrainingRequest(Context ctx) throws InterruptedException {
        RetrainingRequest request = Json.retrainingRequest(body(ctx), UUID.randomUUID().toString());
        RetrainingRules.check(request, request.getRunId());
        retrainings.write(request.getRunId(), request);
        json(ctx.status(HttpStatus.ACCEPTED), Json.id(request.getRunId()));
    }

    private void cancel(Context ctx) throws InterruptedException {
        String id = ctx.pathParam("id");
        cancellations.write(
                id,
                Cancellation.newBuilder()
                        .setId(id)
                        .setReason("asked for on the dashboard")
                        .setRequestedAt(Instant.now())
                        .build());
        json(ctx.status(HttpStatus.ACCEPTED), Json.id(id));
    }

    /**
     * One event {@code snapshot} with everything there is, then one {@code change} after another.
     */
    private void events(SseClient client) {
        client.keepAlive();
        EventWriter writer = new EventWriter(client);
        Consumer<LiveFeed.Change> listener = writer::change;
        client.onClose(
                () -> {
                    feed.forget(listener);
                    writer.close();
                });
        writer.start(Json.changes(feed.listen(listener)));
    }

    private static JsonNode body(Context ctx) {
        try {
            return JSON.readTree(ctx.body());
        } catch (IOException e) {
            throw new RejectedException("body: must be a JSON object");
        }
    }

    private static void notFound(Context ctx, String why) {
        json(ctx.status(HttpStatus.NOT_FOUND), Json.error(why));
    }

    private static void json(Context ctx, JsonNode node) {
        ctx.contentType("application/json").result(node.toString());
    }

    @Override
    public void close() {
        server.stop();
        samples.close();
        retrainings.close();
        cancellations.close();
    }
}
