package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.client.Langevin;
import io.langevin.client.NotCompletedException;
import io.langevin.client.SamplingCall;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.CancellationStatus;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The platform as a Java program sees it. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class ClientIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir static Path folder;
    private static LocalPlatform here;

    @BeforeAll
    static void start() throws Exception {
        here = LocalPlatform.start(new LocalConfig(folder, Path.of("../.."), 0, 0, 0));
    }

    @AfterAll
    static void stop() {
        here.close();
    }

    @Test
    void images_are_asked_for_and_come_in_order() throws Exception {
        List<GeneratedImage> seen = new CopyOnWriteArrayList<>();
        try (var langevin = Langevin.connect(here.kafka(), PATIENCE)) {
            SampleRequest request = quick(3).setRequestId(UUID.randomUUID().toString()).build();

            List<GeneratedImage> images = langevin.sample(request, seen::add).get();

            assertThat(images).extracting(GeneratedImage::getIndex).containsExactly(0, 1, 2);
            assertThat(seen).containsExactlyInAnyOrderElementsOf(images);
            assertThat(langevin.sample(quick(1)).get()).hasSize(1);
        }
    }

    /** The same seed makes the same image, whoever asks and however it is sent. */
    @Test
    void image_clients_get_images_by_http() throws Exception {
        String body = "{\"model\": \"fashion\", \"prompt\": \"a boot\", \"n\": 2, \"seed\": 7%s}";
        JsonNode inline = generated(body.formatted(", \"response_format\": \"b64_json\""));
        JsonNode linked = generated(body.formatted(", \"size\": \"28x28\""));

        assertThat(inline.path("data")).hasSize(2);
        byte[] first = Base64.getDecoder().decode(inline.at("/data/0/b64_json").asText());
        assertThat(ImageIO.read(new ByteArrayInputStream(first)).getWidth()).isEqualTo(28);
        var link = HttpRequest.newBuilder(URI.create(linked.at("/data/0/url").asText())).build();
        byte[] again =
                HttpClient.newHttpClient()
                        .send(link, HttpResponse.BodyHandlers.ofByteArray())
                        .body();
        assertThat(ImageIO.read(new ByteArrayInputStream(again)).getRGB(14, 14))
                .isEqualTo(ImageIO.read(new ByteArrayInputStream(first)).getRGB(14, 14));
    }

    private static JsonNode generated(String body) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(here.address().page() + "/v1/images/generations"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }

    @Test
    void a_request_that_fails_says_why() throws Exception {
        try (var langevin = Langevin.connect(here.kafka(), PATIENCE)) {
            SamplingCall call = langevin.sample(quick(0));

            assertThatThrownBy(call::get)
                    .isInstanceOf(NotCompletedException.class)
                    .hasMessage(
                            "request %s failed: count: must be 1 to 10000, not 0"
                                    .formatted(call.requestId()));
        }
    }

    @Test
    void a_request_can_be_cancelled() throws Exception {
        try (var langevin = Langevin.connect(here.kafka(), PATIENCE)) {
            SamplingCall call =
                    langevin.sample(
                            SampleRequest.newBuilder().setModel("fashion").setCount(10_000));

            CancellationOutcome answer =
                    call.cancel("enough").get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

            assertThat(answer.getId()).isEqualTo(call.requestId());
            assertThat(answer.getStatus())
                    .isIn(CancellationStatus.ACCEPTED, CancellationStatus.UNKNOWN);
            assertThatThrownBy(call::get)
                    .isInstanceOf(NotCompletedException.class)
                    .hasMessage("request %s cancelled: enough".formatted(call.requestId()));
        }
    }

    @Test
    void a_subscriber_is_given_what_it_asks_for_and_no_more() throws Exception {
        try (var langevin = Langevin.connect(here.kafka(), PATIENCE)) {
            var slow = new Slow();
            langevin.images().subscribe(slow);

            List<GeneratedImage> images = langevin.sample(quick(4)).get();
            assertThat(slow.seen).isEmpty();

            slow.subscription.request(1);
            await().until(() -> slow.seen.size() == 1);
            slow.subscription.request(10);
            await().until(() -> slow.seen.containsAll(images));
            slow.subscription.cancel();
            langevin.sample(quick(1)).get();
            assertThat(slow.seen).hasSize(4);
        }
    }

    private static final class Slow implements Flow.Subscriber<GeneratedImage> {
        private final List<GeneratedImage> seen = new CopyOnWriteArrayList<>();
        private volatile Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(GeneratedImage image) {
            seen.add(image);
        }

        @Override
        public void onError(Throwable why) {
            throw new AssertionError(why);
        }

        @Override
        public void onComplete() {}
    }

    private static SampleRequest.Builder quick(int count) {
        return SampleRequest.newBuilder()
                .setModel("fashion")
                .setCount(count)
                .setSampler(Sampler.newBuilder().setStepsPerLevel(1).build());
    }
}
