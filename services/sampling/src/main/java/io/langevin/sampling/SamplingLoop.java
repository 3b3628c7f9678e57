package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Failures;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.stream.TransactionalStream;
import io.langevin.process.ServiceLoop;
import io.langevin.records.SampleRequest;
import io.langevin.sampling.answers.EndedRequests;
import io.langevin.sampling.answers.SavedRequests;
import io.langevin.sampling.request.RequestStream;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    /** Failures in a row that are no broker's, registry's or store's. */
    private static final int MOST_DEFECTS = 10;

    /** One may be a broker that was away; when the next session fails too, something is wrong. */
    private static final int MANY_FAILURES = 2;

    /** Longer than a producer waits for a topic that is not there. */
    private static final Duration FAILS_WITHIN = Duration.ofSeconds(90);

    private static final Duration WORKED_WELL = Duration.ofMinutes(1);
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    private final SamplingConfig config;
    private final Schemas schemas;
    private final EndedRequests ended;
    private final SavedRequests saved;
    private final DeadLetters deadLetters;
    private final Sessions sessions;
    private final MeterRegistry metrics;
    private final Timer transactions;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean working;

    /** Sessions that failed since something was committed. */
    private int failures;

    private long committed;

    /** Begins a session. */
    interface Sessions {
        SamplingSession on(RequestStream stream);
    }

    SamplingLoop(
            SamplingConfig config,
            Schemas schemas,
            EndedRequests ended,
            SavedRequests saved,
            DeadLetters deadLetters,
            Sessions sessions,
            MeterRegistry metrics) {
        this.config = config;
        this.schemas = schemas;
        this.ended = ended;
        this.saved = saved;
        this.deadLetters = deadLetters;
        this.sessions = sessions;
        this.metrics = metrics;
        this.transactions = metrics.timer("langevin.transactions");
    }

    @Override
    public void run() throws InterruptedException {
        int defects = 0;
        while (!isClosed()) {
            long begin = System.nanoTime();
            boolean opened = false;
            try (var stream = open()) {
                opened = true;
                serve(sessions.on(new RequestStream(stream)), begin);
            } catch (RuntimeException e) {
                boolean workedWell = System.nanoTime() - begin > WORKED_WELL.toNanos();
                defects = Failures.isPassing(e) || workedWell ? 0 : defects;
                defects += Failures.isPassing(e) ? 0 : 1;
                startsAgain(e, defects, opened);
            }
        }
    }

    private void serve(SamplingSession session, long begin) {
        try {
            while (!isClosed()) {
                session.turn();
                working = isWell(begin);
            }
            session.drain(config.grace());
        } finally {
            session.abandon();
        }
    }

    /** Whether this session does not end as those before it did, as far as one can tell by now. */
    private boolean isWell(long begin) {
        return failures < MANY_FAILURES
                || hasCommitted()
                || System.nanoTime() - begin > FAILS_WITHIN.toNanos();
    }

    /**
     * Something is away, or something unexpected happened, which may not happen again.
     *
     * @param opened whether there was a session; a broker that is away is no failure of one
     */
    private void startsAgain(RuntimeException why, int defects, boolean opened)
            throws InterruptedException {
        if (defects > MOST_DEFECTS) {
            throw why;
        }
        if (opened || defects > 0) {
            LOG.atWarn()
                    .addKeyValue("reason", Failures.reason(why))
                    .setCause(defects > 0 ? why : null)
                    .log("starting again from what was committed");
            failures = hasCommitted() ? 1 : failures + 1;
            committed = transactions.count();
        }
        working = false;
        closed.await(BACKOFF.toMillis(), TimeUnit.MILLISECONDS);
    }

    private TransactionalStream<SampleRequest> open() throws InterruptedException {
        return TransactionalStream.open(
                config.kafka(),
                schemas,
                SAMPLING_REQUESTS,
                SamplingConfig.NAME,
                config.instance(),
                deadLetters,
                metrics,
                this::partitionsTaken);
    }

    /** What their last owner has ended or saved must be known before their first record comes. */
    private void partitionsTaken() throws InterruptedException {
        ended.catchUp(CATCH_UP_WITHIN);
        saved.catchUp(CATCH_UP_WITHIN);
    }

    /** Since the last failure. */
    private boolean hasCommitted() {
        return transactions.count() > committed;
    }

    @Override
    public boolean isWorking() {
        return working;
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
