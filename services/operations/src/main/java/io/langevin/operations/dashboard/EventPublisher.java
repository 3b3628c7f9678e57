package io.langevin.operations.dashboard;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.MODEL_CHANGES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.RUN_ORDERS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.javalin.http.Context;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.operations.OperationsConfig;
import io.langevin.process.OpenedResources;
import io.langevin.records.Cancellation;
import io.langevin.records.ModelChange;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RunOrder;
import io.langevin.records.SampleRequest;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/** Publishes what a person has asked for; a broker that is away holds up so many and no more. */
final class EventPublisher implements AutoCloseable {
    private static final int AT_ONCE = 32;
    private static final Duration WITHIN = Duration.ofSeconds(10);

    private final RecordWriter<SampleRequest> samples;
    private final RecordWriter<RetrainingRequest> retrainings;
    private final RecordWriter<Cancellation> cancellations;
    private final RecordWriter<ModelChange> changes;
    private final RecordWriter<RunOrder> orders;
    private final OpenedResources opened = new OpenedResources();
    private final Semaphore places = new Semaphore(AT_ONCE);

    EventPublisher(KafkaConfig kafka, Schemas schemas) throws InterruptedException {
        String name = OperationsConfig.NAME;
        samples = RecordWriter.open(kafka, schemas, SAMPLING_REQUESTS, name, WITHIN);
        retrainings = RecordWriter.open(kafka, schemas, RETRAINING_REQUESTS, name, WITHIN);
        cancellations = RecordWriter.open(kafka, schemas, CANCELLATIONS, name, WITHIN);
        changes = RecordWriter.open(kafka, schemas, MODEL_CHANGES, name, WITHIN);
        orders = RecordWriter.open(kafka, schemas, RUN_ORDERS, name, WITHIN);
        opened.push(orders);
        opened.push(changes);
        opened.push(samples);
        opened.push(retrainings);
        opened.push(cancellations);
    }

    /**
     * @throws io.javalin.http.HttpResponseException 503 where too many wait for the broker
     * @throws org.apache.kafka.common.KafkaException where the broker does not take the event
     */
    void publish(Context ctx, SampleRequest request) throws InterruptedException {
        placed(ctx, () -> samples.write(request.getRequestId(), request));
    }

    /** Publishes it, and waits as for a sample request. */
    void publish(Context ctx, RetrainingRequest request) throws InterruptedException {
        placed(ctx, () -> retrainings.write(request.getRunId(), request));
    }

    /** Publishes it, and waits as for a sample request. */
    void publish(Context ctx, Cancellation cancellation) throws InterruptedException {
        placed(ctx, () -> cancellations.write(cancellation.getId(), cancellation));
    }

    /** Publishes it, and waits as for a sample request. */
    void publish(Context ctx, ModelChange change) throws InterruptedException {
        placed(ctx, () -> changes.write(change.getChangeId(), change));
    }

    /** Publishes it, and waits as for a sample request. */
    void publish(Context ctx, RunOrder order) throws InterruptedException {
        placed(ctx, () -> orders.write(order.getRunId(), order));
    }

    private interface Writing {
        void run() throws InterruptedException;
    }

    private void placed(Context ctx, Writing writing) throws InterruptedException {
        if (!places.tryAcquire()) {
            ctx.header("Retry-After", "5");
            throw HttpGuard.refused(503, "too many events wait for the broker: try again");
        }
        try {
            writing.run();
        } finally {
            places.release();
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
