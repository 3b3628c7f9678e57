package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.messaging.Schemas;
import io.langevin.messaging.ServiceLoop;
import io.langevin.messaging.TransactionalStream;
import io.langevin.records.SampleRequest;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session after the other, on one thread. Images, outcome and offset of a request commit
 * together through a {@link TransactionalStream}; after a failure of the broker everything not
 * committed begins anew.
 */
final class SamplingLoop implements ServiceLoop {
    private static final Logger LOG = LoggerFactory.getLogger(SamplingLoop.class);
    private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(30);
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    private final SamplingConfig config;
    private final Schemas schemas;
    private final EndedRequests ended;
    private final SavedRequests saved;
    private final Sessions sessions;
    private final MeterRegistry metrics;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Begins a session. */
    interface Sessions {
        SamplingSession on(TransactionalStream<SampleRequest> stream);
    }

    SamplingLoop(
            SamplingConfig config,
            Schemas schemas,
            EndedRequests ended,
            SavedRequests saved,
            Sessions sessions,
            MeterRegistry metrics) {
        this.config = config;
        this.schemas = schemas;
        this.ended = ended;
        this.saved = saved;
        this.sessions = sessions;
        this.metrics = metrics;
    }

    @Override
    public void run() throws InterruptedException {
        boolean said = false;
        while (!isClosed()) {
            try (var stream = open()) {
                SamplingSession session = sessions.on(stream);
                while (!isClosed()) {
                    session.turn();
                    said = false;
                }
                session.drain(config.grace());
            } catch (KafkaException | UncheckedIOException e) {
                said = saidThatItStartsAgain(said, e);
                closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private TransactionalStream<SampleRequest> open() throws InterruptedException {
        return TransactionalStream.open(
                config.kafka(),
                schemas,
                SAMPLING_REQUESTS,
                SamplingService.NAME,
                config.instance(),
                metrics,
                this::partitionsTaken);
    }

    /** What their last owner has ended or saved must be known before their first record comes. */
    private void partitionsTaken() throws InterruptedException {
        ended.catchUp(CATCH_UP_WITHIN);
        saved.catchUp(CATCH_UP_WITHIN);
    }

    private boolean saidThatItStartsAgain(boolean said, Exception e) {
        if (!said) {
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("starting again from what was committed");
        }
        return true;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
