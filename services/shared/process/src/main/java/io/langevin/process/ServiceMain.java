package io.langevin.process;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a service's process: read the configuration, wait for what it needs, start, serve
 * until SIGTERM, stop cleanly. Exit codes: 0 stopped, 1 failed, 2 wrong configuration.
 */
public final class ServiceMain {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceMain.class);

    private ServiceMain() {}

    /** Starts a service. */
    public interface Start<C> {
        RunningService start(C config, MeterRegistry metrics) throws Exception;
    }

    public static <C extends ServiceConfig> void run(
            String name, Function<Environment, C> configuration, Start<C> start) {
        InertStream.install();
        int code = exitCode(name, Environment.ofProcess(), configuration, start);
        LOG.atInfo().addKeyValue("service", name).addKeyValue("exitCode", code).log("stopped");
        Runtime.getRuntime().halt(code); // a shutdown hook may be waiting for this thread
    }

    public static <C extends ServiceConfig> int exitCode(
            String name,
            Environment environment,
            Function<Environment, C> configuration,
            Start<C> start) {
        try {
            InetSocketAddress address =
                    new InetSocketAddress(
                            environment.text("LANGEVIN_HTTP_HOST", "127.0.0.1"),
                            environment.number("LANGEVIN_HTTP_PORT", 9404, 0, 65_535));
            C config = configuration.apply(environment);
            environment.rejectUnknown();
            serve(name, address, config, start);
            return 0;
        } catch (ConfigurationException e) {
            LOG.atError().addKeyValue("service", name).log(e.getMessage());
            return 2;
        } catch (Exception e) {
            LOG.atError().addKeyValue("service", name).setCause(e).log("failed");
            return 1;
        }
    }

    private static <C extends ServiceConfig> void serve(
            String name, InetSocketAddress address, C config, Start<C> start) throws Exception {
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        new JvmMemoryMetrics().bindTo(metrics);
        new ProcessorMetrics().bindTo(metrics);
        AtomicReference<Optional<RunningService>> started = new AtomicReference<>(Optional.empty());
        try (HealthServer health =
                HealthServer.start(
                        address,
                        metrics,
                        () -> started.get().map(RunningService::isWorking).orElse(false))) {
            config.awaitNeeds();
            RunningService running = start.start(config, metrics);
            Thread main = Thread.currentThread();
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stop(running, main), name + "-shutdown"));
            started.set(Optional.of(running));
            LOG.atInfo()
                    .addKeyValue("service", name)
                    .addKeyValue("http", health.port())
                    .log("started");
            try {
                running.awaitEnd();
            } finally {
                running.close();
            }
        }
    }

    /** This runs on SIGTERM: the main thread then ends the process and decides its exit code. */
    private static void stop(RunningService running, Thread main) {
        try {
            running.close();
            main.join();
        } catch (Exception e) {
            LOG.atError().setCause(e).log("did not stop cleanly");
        }
    }
}
