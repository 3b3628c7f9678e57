package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.require;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.langevin.messaging.text.RecordJson;
import io.langevin.operations.views.RequestImages;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.JobState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Requests and their images, of any age that the topics have. */
final class RequestRoutes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ZIP = "application/zip";

    private final LiveFeed feed;
    private final RequestImages requests;

    RequestRoutes(LiveFeed feed, RequestImages requests) {
        this.feed = feed;
        this.requests = requests;
    }

    void addTo(ApiRoutes routes) {
        routes.get("/api/requests/{id}", "A request and its outcome", this::request);
        routes.get("/api/requests/{id}/images", "Its images, without their bytes", this::images);
        routes.get("/api/requests/{id}/images.zip", "Its images", Map.of(), ZIP, this::zip);
        routes.get("/api/images/{id}/{index}", "An image", Map.of(), ViewRoutes.PNG, this::image);
        routes.get(
                "/api/previews/{id}/{index}",
                "An image so far",
                Map.of(),
                ViewRoutes.PNG,
                this::preview);
    }

    private void request(Context ctx) throws InterruptedException {
        String id = ViewRoutes.id(ctx);
        ObjectNode node = NODES.objectNode();
        Optional<JobState> state = feed.state(id);
        node.set("state", state.<JsonNode>map(PageJson::state).orElse(NODES.nullNode()));
        RequestImages.Found found =
                requests.find(id, state)
                        .orElseThrow(() -> ViewRoutes.none("no request has the id " + id));
        node.set("request", RecordJson.of(found.request()));
        node.set("outcome", found.outcome().<JsonNode>map(RecordJson::of).orElse(NODES.nullNode()));
        ViewRoutes.json(ctx, node);
    }

    private void images(Context ctx) throws InterruptedException {
        ArrayNode array = NODES.arrayNode();
        for (GeneratedImage image : imagesOf(ctx)) {
            array.add(RecordJson.of(image));
        }
        ViewRoutes.json(ctx, array);
    }

    private List<GeneratedImage> imagesOf(Context ctx) throws InterruptedException {
        String id = ViewRoutes.id(ctx);
        return requests.images(id, feed.state(id));
    }

    private void zip(Context ctx) throws InterruptedException, IOException {
        List<GeneratedImage> images = imagesOf(ctx);
        if (images.isEmpty()) {
            throw ViewRoutes.none("the request has no images, or none any longer");
        }
        ctx.contentType("application/zip")
                .header(
                        "Content-Disposition",
                        "attachment; filename=\"%s.zip\"".formatted(ctx.pathParam("id")));
        var zip = new ZipOutputStream(ctx.outputStream());
        zip.setLevel(0); // images are packed already
        for (GeneratedImage image : images) {
            byte[] bytes = requests.bytes(image); // a zip without its end is no zip: that is seen
            String form = image.getFormat().name().toLowerCase(Locale.ROOT);
            zip.putNextEntry(new ZipEntry("%05d.%s".formatted(image.getIndex(), form)));
            zip.write(bytes);
            zip.closeEntry();
        }
        zip.finish();
    }

    private void image(Context ctx) throws InterruptedException {
        String id = ViewRoutes.id(ctx);
        int index = index(ctx.pathParam("index"));
        GeneratedImage image = feed.image(id, index).orElse(null);
        if (image == null) {
            image =
                    requests.images(id, feed.state(id)).stream()
                            .filter(one -> one.getIndex() == index)
                            .findFirst()
                            .orElseThrow(
                                    () ->
                                            ViewRoutes.none(
                                                    "the request has no such image, or none any longer"));
        }
        boolean png = image.getFormat() == ImageFormat.PNG;
        String tag = "\"" + image.getSha256() + "\"";
        ctx.header("ETag", tag).header("Cache-Control", "private, max-age=86400, immutable");
        if (tag.equals(ctx.header("If-None-Match"))) {
            ctx.status(304);
            return;
        }
        ctx.contentType(png ? "image/png" : "application/octet-stream")
                .result(requests.bytes(image));
    }

    private void preview(Context ctx) {
        ByteBuffer preview =
                feed.preview(ViewRoutes.id(ctx), index(ctx.pathParam("index")))
                        .orElseThrow(() -> ViewRoutes.none("there is no preview of this image"));
        ViewRoutes.png(ctx, preview);
    }

    private static int index(String text) {
        require(text.matches("[0-9]{1,6}"), "index", "be a number of up to 6 digits", text);
        return Integer.parseInt(text);
    }
}
