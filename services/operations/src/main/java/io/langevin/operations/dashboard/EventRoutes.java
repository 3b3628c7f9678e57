package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireId;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.messaging.rules.SampleRequestRules;
import io.langevin.records.Cancellation;
import io.langevin.records.ModelAction;
import io.langevin.records.ModelChange;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RunOrder;
import io.langevin.records.SampleRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/** Where people publish events: each is answered by its id once the broker has it. */
final class EventRoutes implements AutoCloseable {
    private static final String KEY = "Idempotency-Key";

    private final EventPublisher events;
    private final HttpGuard guard;

    EventRoutes(KafkaConfig kafka, Schemas schemas, HttpGuard guard) throws InterruptedException {
        this.events = new EventPublisher(kafka, schemas);
        this.guard = guard;
    }

    void addTo(ApiRoutes routes) {
        routes.post(
                "/api/sample-requests",
                "Ask for images; only model must be given",
                SampleRequest.getClassSchema(),
                this::publishSampleRequest);
        routes.post(
                "/api/retraining-requests",
                "Ask for a retraining; only model and dataset must be given",
                RetrainingRequest.getClassSchema(),
                this::publishRetrainingRequest);
        routes.post(
                "/api/models/{model}/changes",
                "Promote, roll back, share or retire",
                ModelChange.getClassSchema(),
                this::changeModel);
        routes.post("/api/cancellations/{id}", "Cancel a request or run", this::cancel);
        routes.post("/api/runs/{id}/pause", "Pause a run", ctx -> order(ctx, true, false));
        routes.post("/api/runs/{id}/resume", "Let it go on", ctx -> order(ctx, false, false));
        routes.post("/api/runs/{id}/raise", "Train it first", ctx -> order(ctx, false, true));
    }

    private void publishSampleRequest(Context ctx) throws InterruptedException {
        SampleRequest request = PageJson.sampleRequest(JsonBody.of(guard.body(ctx)), newId(ctx));
        requireOneId(ctx, "requestId", request.getRequestId());
        SampleRequestRules.check(request, request.getRequestId());
        events.publish(ctx, request);
        ctx.header("Location", "/api/requests/" + request.getRequestId());
        accepted(ctx, request.getRequestId());
    }

    private void publishRetrainingRequest(Context ctx) throws InterruptedException {
        RetrainingRequest request =
                PageJson.retrainingRequest(JsonBody.of(guard.body(ctx)), newId(ctx));
        requireOneId(ctx, "runId", request.getRunId());
        RetrainingRules.check(request, request.getRunId());
        events.publish(ctx, request);
        ctx.header("Location", "/api/runs/" + request.getRunId());
        accepted(ctx, request.getRunId());
    }

    /** The same key on the same path is the same event, which is done once. */
    private static String newId(Context ctx) {
        String key = ctx.header(KEY);
        if (key == null) {
            return UUID.randomUUID().toString();
        }
        require(key.matches("[!-~]{1,255}"), KEY, "be 1 to 255 printable characters", key);
        return UUID.nameUUIDFromBytes((ctx.path() + " " + key).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static void requireOneId(Context ctx, String field, String id) {
        require(
                ctx.header(KEY) == null || id.equals(newId(ctx)),
                field,
                "be left out where there is an " + KEY,
                id);
    }

    private void cancel(Context ctx) throws InterruptedException {
        String id = ctx.pathParam("id");
        requireId("id", id);
        JsonBody.of(guard.body(ctx));
        Cancellation cancellation =
                Cancellation.newBuilder()
                        .setId(id)
                        .setReason("asked for on the dashboard")
                        .setRequestedAt(Instant.now())
                        .build();
        events.publish(ctx, cancellation);
        accepted(ctx, id);
    }

    private void changeModel(Context ctx) throws InterruptedException {
        String model = ctx.pathParam("model");
        ModelChange change = PageJson.modelChange(JsonBody.of(guard.body(ctx)), model, newId(ctx));
        requireOneId(ctx, "changeId", change.getChangeId());
        requireId("changeId", change.getChangeId());
        requireModelName(change.getModel());
        require(
                change.getModel().equals(model),
                "model",
                "be that of the address, " + model,
                change.getModel());
        require(
                change.getAction() != ModelAction.OTHER,
                "action",
                "be PROMOTE, ROLL_BACK, SHARE or RETIRE",
                change.getAction());
        double share = change.getShare();
        require(share >= 0 && share <= 1, "share", "be 0 to 1", share);
        events.publish(ctx, change);
        accepted(ctx, change.getChangeId());
    }

    private void order(Context ctx, boolean paused, boolean first) throws InterruptedException {
        String id = ctx.pathParam("id");
        requireId("id", id);
        JsonBody.of(guard.body(ctx));
        events.publish(
                ctx, new RunOrder(id, paused, "asked for on the dashboard", Instant.now(), first));
        accepted(ctx, id);
    }

    private static void accepted(Context ctx, String id) {
        ctx.status(HttpStatus.ACCEPTED)
                .contentType("application/json")
                .result(PageJson.id(id).toString());
    }

    @Override
    public void close() {
        events.close();
    }
}
