package io.langevin.operations.views;

import io.langevin.messaging.Failures;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much waits, as metrics: by these a cluster adds and removes workers, as no tool asks a broker
 * for the depth of a share group. While the broker does not answer there are none: what is not
 * known is not shown. One thread owns it.
 */
public final class BrokerMetrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerMetrics.class);
    private static final int EVERY_SECONDS = 15;

    private final BrokerState broker;
    private final MultiGauge lag;
    private final MultiGauge members;
    private final MultiGauge dead;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    work -> {
                        var daemon = new Thread(work, "broker-metrics");
                        daemon.setDaemon(true);
                        return daemon;
                    });
    private boolean away;

    private BrokerMetrics(BrokerState broker, MeterRegistry metrics) {
        this.broker = broker;
        this.lag = MultiGauge.builder("langevin.group.lag").register(metrics);
        this.members = MultiGauge.builder("langevin.group.members").register(metrics);
        this.dead = MultiGauge.builder("langevin.topic.dead.letters").register(metrics);
    }

    /** Measures from now on. */
    public static BrokerMetrics start(BrokerState broker, MeterRegistry metrics) {
        var measuring = new BrokerMetrics(broker, metrics);
        measuring.thread.scheduleWithFixedDelay(
                measuring::measure, 0, EVERY_SECONDS, TimeUnit.SECONDS);
        return measuring;
    }

    private void measure() {
        try {
            show(broker.now());
            away = false;
        } catch (RuntimeException e) { // the next measurement is made all the same
            lag.register(List.of(), true);
            members.register(List.of(), true);
            dead.register(List.of(), true);
            if (!away) {
                LOG.atWarn()
                        .addKeyValue("reason", Failures.reason(e))
                        .log("what waits is not known");
            }
            away = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void show(BrokerState.State now) {
        lag.register(
                now.groups().stream()
                        .filter(group -> group.lag().isPresent())
                        .<Row<?>>map(group -> Row.of(of(group), group.lag().get()))
                        .toList(),
                true);
        members.register(
                now.groups().stream()
                        .<Row<?>>map(group -> Row.of(of(group), group.members()))
                        .toList(),
                true);
        dead.register(
                now.topics().stream()
                        .<Row<?>>map(
                                topic ->
                                        Row.of(
                                                Tags.of("topic", topic.topic().suffix()),
                                                topic.dead()))
                        .toList(),
                true);
    }

    private static Tags of(BrokerState.GroupState group) {
        return Tags.of("group", group.name());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
