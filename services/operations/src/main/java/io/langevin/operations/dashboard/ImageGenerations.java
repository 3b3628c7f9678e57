package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.oneOf;
import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.langevin.artifacts.ArtifactException;
import io.langevin.client.Langevin;
import io.langevin.client.NotCompletedException;
import io.langevin.client.Sampling;
import io.langevin.client.SamplingCall;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.SampleRequestRules;
import io.langevin.operations.views.RequestImages;
import io.langevin.records.GeneratedImage;
import io.langevin.records.Priority;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.SampleRequest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@code POST /v1/images/generations} as image clients expect it: it answers with the images, and
 * not with an id. Models here know no text: a prompt changes nothing.
 */
final class ImageGenerations implements AutoCloseable {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST_IMAGES = 10;
    private static final int AT_ONCE = 64;
    private static final int SECONDS = 120;
    private static final String URL = "url";
    private static final String BASE64 = "b64_json";

    /** What clients send and what makes no difference. */
    private static final Set<String> IGNORED =
            Set.of(
                    "prompt",
                    "quality",
                    "style",
                    "background",
                    "moderation",
                    "output_format",
                    "output_compression");

    private static final Set<String> KNOWN =
            Set.of("model", "n", "size", "response_format", "seed", "user");

    private final Langevin platform;
    private final LiveFeed feed;
    private final RequestImages images;
    private final HttpGuard guard;
    private final Semaphore places = new Semaphore(AT_ONCE);

    /** Who completes a call reads a topic for all of them: a slow client must not hold it up. */
    private final ExecutorService answers = Executors.newFixedThreadPool(AT_ONCE);

    ImageGenerations(Langevin platform, LiveFeed feed, RequestImages images, HttpGuard guard) {
        this.platform = platform;
        this.feed = feed;
        this.images = images;
        this.guard = guard;
    }

    /** Asks, and answers when the images are there. */
    void generate(Context ctx) {
        JsonNode body;
        SampleRequest.Builder request;
        try {
            body = JsonBody.of(guard.body(ctx));
            request = request(body);
        } catch (RejectedException e) {
            error(ctx, 400, "invalid_request_error", e.getMessage());
            return;
        }
        if (!places.tryAcquire()) {
            ctx.header("Retry-After", "5");
            error(ctx, 503, "server_error", "too many wait for their images: try again");
            return;
        }
        boolean inline = body.path("response_format").asText(URL).equals(BASE64);
        SamplingCall call;
        try {
            call = platform.sample(request);
        } catch (InterruptedException e) {
            places.release();
            Thread.currentThread().interrupt();
            error(ctx, 503, "server_error", "the service shuts down");
            return;
        } catch (RuntimeException e) { // its place goes to the next one, and Problems answers
            places.release();
            throw e;
        }
        ctx.future(
                () ->
                        call.answer()
                                .orTimeout(SECONDS, TimeUnit.SECONDS)
                                .whenComplete((answer, failure) -> places.release())
                                .thenAcceptAsync(answer -> answered(ctx, answer, inline), answers)
                                .exceptionallyAsync(
                                        failure -> {
                                            failed(ctx, call, failure);
                                            return null;
                                        },
                                        answers));
    }

    /**
     * @throws RejectedException which field, which rule, which value
     */
    private SampleRequest.Builder request(JsonNode body) {
        for (String name : new TreeSet<>(Set.copyOf(names(body)))) {
            require(
                    KNOWN.contains(name) || IGNORED.contains(name),
                    name,
                    "be one of " + new TreeSet<>(KNOWN),
                    body.get(name));
        }
        JsonNode n = body.path("n");
        require(
                isAbsent(n) || n.isInt() && n.asInt() >= 1 && n.asInt() <= MOST_IMAGES,
                "n",
                "be 1 to " + MOST_IMAGES,
                n);
        oneOf("response_format", body.path("response_format").asText(URL), List.of(URL, BASE64));
        PublishedCheckpoint model = model(body.path("model").asText(""));
        String size = "%1$dx%1$d".formatted(model.getImageSize());
        String wanted = body.path("size").asText("auto");
        require(
                wanted.equals("auto") || wanted.equals(size),
                "size",
                "be %s, the model's, or auto".formatted(size),
                wanted);
        JsonNode seed = body.path("seed");
        require(
                isAbsent(seed) || seed.isIntegralNumber() && seed.canConvertToLong(),
                "seed",
                "be a whole number of 64 bits",
                seed);
        String user = body.path("user").asText("");
        SampleRequest.Builder request =
                SampleRequest.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setModel(model.getModel())
                        .setCount(isAbsent(n) ? 1 : n.asInt())
                        .setSeed(isAbsent(seed) ? null : seed.asLong())
                        .setPriority(Priority.INTERACTIVE)
                        .setLabels(user.isEmpty() ? Map.of() : Map.of("tenant", user));
        SampleRequestRules.check(request.build(), request.getRequestId());
        return request;
    }

    private static boolean isAbsent(JsonNode field) {
        return field.isMissingNode() || field.isNull();
    }

    private static List<String> names(JsonNode body) {
        return body.properties().stream().map(Map.Entry::getKey).toList();
    }

    private PublishedCheckpoint model(String name) {
        List<PublishedCheckpoint> models = feed.models();
        Optional<PublishedCheckpoint> found =
                models.stream().filter(model -> model.getModel().equals(name)).findFirst();
        require(
                found.isPresent(),
                "model",
                "be one of " + models.stream().map(PublishedCheckpoint::getModel).toList(),
                name);
        return found.orElseThrow();
    }

    private void answered(Context ctx, Sampling.Answer answer, boolean inline) {
        ObjectNode node = NODES.objectNode().put("created", Instant.now().getEpochSecond());
        ArrayNode data = node.putArray("data");
        for (GeneratedImage image : answer.images()) {
            if (inline) {
                data.addObject()
                        .put(BASE64, Base64.getEncoder().encodeToString(images.bytes(image)));
            } else {
                data.addObject()
                        .put(
                                URL,
                                "%s://%s/api/images/%s/%d"
                                        .formatted(
                                                ctx.scheme(),
                                                ctx.header("Host"),
                                                image.getRequestId(),
                                                image.getIndex()));
            }
        }
        ViewRoutes.json(ctx, node);
    }

    private static void failed(Context ctx, SamplingCall call, Throwable failure) {
        Throwable why =
                failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
        if (why instanceof ArtifactException) {
            error(ctx, 502, "server_error", why.getMessage());
        } else if (why instanceof NotCompletedException) {
            error(ctx, 400, "invalid_request_error", why.getMessage());
        } else if (why instanceof TimeoutException) {
            call.cancel("nobody waits for its images any longer");
            error(ctx, 504, "server_error", "no images within %d s".formatted(SECONDS));
        } else {
            error(ctx, 503, "server_error", "the broker is out of reach: try again");
        }
    }

    @Override
    public void close() {
        answers.shutdownNow();
    }

    /** In the form that these clients read. */
    private static void error(Context ctx, int status, String type, String message) {
        ObjectNode node = NODES.objectNode();
        node.putObject("error")
                .put("message", message)
                .put("type", type)
                .putNull("param")
                .putNull("code");
        ctx.status(status);
        ViewRoutes.json(ctx, node);
    }
}
