package io.langevin.sampling.answers;

import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;

import io.langevin.messaging.AvroSerde;
import io.langevin.messaging.EventHeaders;
import io.langevin.messaging.Schemas;
import io.langevin.records.ImageFormat;
import io.langevin.records.SamplePreview;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.Picture;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * Previews on their way to their topic, on a thread of their own. They are dropped rather than
 * queued when the broker is slow ({@code langevin_sampling_previews_total{result="dropped"}}):
 * sampling never waits for them.
 */
public final class Previews implements ActiveRequest.PreviewSink, AutoCloseable {
    private static final int QUEUED = 256;

    private final String topic;
    private final AvroSerde<SamplePreview> serde;
    private final EventHeaders headers = EventHeaders.ofService(SamplingConfig.NAME);
    private final BlockingQueue<Estimate> queue = new ArrayBlockingQueue<>(QUEUED);
    private final Counter sent;
    private final Counter dropped;
    private final Producer<String, byte[]> producer;
    private final Thread thread = new Thread(this::run, "previews");

    /** An image as it would be without its noise. */
    private record Estimate(ActiveRequest request, int index, int row, float[] pixels) {}

    private Previews(
            SamplingConfig config, AvroSerde<SamplePreview> serde, MeterRegistry registry) {
        this.topic = config.kafka().name(SAMPLING_PREVIEWS);
        this.serde = serde;
        this.sent = registry.counter("langevin.sampling.previews", "result", "sent");
        this.dropped = registry.counter("langevin.sampling.previews", "result", "dropped");
        this.producer =
                config.kafka()
                        .producer(
                                Map.of(
                                        ProducerConfig.ACKS_CONFIG, "1",
                                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false,
                                        ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000,
                                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000,
                                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 3_000));
        thread.setDaemon(true);
    }

    public static Previews start(SamplingConfig config, Schemas schemas, MeterRegistry registry)
            throws InterruptedException {
        var previews = new Previews(config, schemas.serde(SAMPLING_PREVIEWS), registry);
        previews.thread.start();
        return previews;
    }

    @Override
    public void offer(ActiveRequest request, int index, int row, float[] pixels) {
        if (!queue.offer(new Estimate(request, index, row, pixels))) {
            dropped.increment();
        }
    }

    private void run() {
        try {
            while (true) {
                send(queue.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void send(Estimate estimate) {
        ActiveRequest request = estimate.request();
        var architecture = request.network().checkpoint().architecture();
        int size = architecture.imageSize();
        byte[] png =
                ImageFile.of(
                        new Picture(estimate.pixels(), size, size),
                        architecture.channels(),
                        ImageFormat.PNG,
                        Map.of());
        var preview =
                SamplePreview.newBuilder()
                        .setRequestId(request.request().id())
                        .setIndex(estimate.index())
                        .setRow(estimate.row())
                        .setRows(request.work().plan().networkEvaluations())
                        .setBytes(ByteBuffer.wrap(png))
                        .build();
        var record =
                new ProducerRecord<>(
                        topic,
                        null,
                        preview.getRequestId(),
                        serde.encode(preview),
                        headers.of(preview, request.request().source().headers()));
        try {
            producer.send(
                    record, (metadata, failure) -> (failure == null ? sent : dropped).increment());
        } catch (KafkaException e) {
            dropped.increment(); // the buffer is full or the broker away
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(); // it may be sending
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ZERO);
    }
}
