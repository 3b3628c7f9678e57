package io.langevin.operations.dashboard;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.sse.SseClient;
import io.javalin.plugin.bundled.RateLimitPlugin;
import io.langevin.client.Langevin;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.letters.DeadLetterBox;
import io.langevin.operations.OperationsConfig;
import io.langevin.operations.views.BrokerState;
import io.langevin.operations.views.RecentOutcomes;
import io.langevin.operations.views.RequestImages;
import io.langevin.process.ConfigurationException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The dashboard at {@code /} and its HTTP API under {@code /api}: what is there, live changes as
 * server-sent events, and events to publish. Whatever a person does here is an event like any
 * other.
 */
public final class OperationsApi implements AutoCloseable {
    private static final int LEAST_THREADS = 8;
    private static final int MOST_THREADS = 200;
    private static final int MOST_CONNECTIONS = 1_000;
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final int POSTS_A_SECOND = 100;

    /** Pages that are open: each has a thread that writes to it. */
    private static final int MOST_STREAMS = 200;

    private final Javalin server;
    private final LiveFeed feed;
    private final HttpGuard guard;
    private final BooleanSupplier working;
    private final AtomicInteger streams = new AtomicInteger();
    private final ViewRoutes views;
    private final RequestRoutes requests;
    private final LetterRoutes letters;
    private final ImageGenerations generations;
    private final EventRoutes events;

    /**
     * What is shown.
     *
     * @param letters dead ones
     * @param platform asks for images on behalf of whoever waits for them
     */
    public record Views(
            LiveFeed feed,
            RecentOutcomes outcomes,
            BrokerState broker,
            RequestImages requests,
            DeadLetterBox letters,
            Langevin platform) {}

    private OperationsApi(
            OperationsConfig config,
            Schemas schemas,
            Views shown,
            BooleanSupplier working,
            MeterRegistry metrics)
            throws InterruptedException {
        this.feed = shown.feed();
        this.guard = new HttpGuard(config.pageHosts());
        this.working = working;
        this.views = new ViewRoutes(feed, shown.outcomes(), shown.broker());
        this.requests = new RequestRoutes(feed, shown.requests());
        this.letters = new LetterRoutes(shown.letters(), schemas, guard);
        this.generations = new ImageGenerations(shown.platform(), feed, shown.requests(), guard);
        this.events = new EventRoutes(config.kafka(), schemas, guard);
        this.server = Javalin.create(javalin -> configure(javalin, metrics));
    }

    /**
     * @param working whether the service behind it does its work
     */
    public static OperationsApi start(
            OperationsConfig config,
            Schemas schemas,
            Views shown,
            BooleanSupplier working,
            MeterRegistry metrics)
            throws InterruptedException {
        OperationsApi api = new OperationsApi(config, schemas, shown, working, metrics);
        try {
            api.server.start(config.pageHost(), config.pagePort());
        } catch (RuntimeException e) {
            api.close();
            throw new ConfigurationException(
                    "LANGEVIN_PAGE_PORT: cannot listen on %s:%d: %s"
                            .formatted(config.pageHost(), config.pagePort(), e.getMessage()),
                    e);
        }
        return api;
    }

    int port() {
        return server.port();
    }

    private void configure(JavalinConfig javalin, MeterRegistry metrics) {
        javalin.startup.showJavalinBanner = false;
        javalin.staticFiles.add("/page");
        javalin.staticFiles.enableWebjars();
        javalin.http.maxRequestSize = HttpGuard.LARGEST_BODY;
        javalin.jetty.threadPool = new QueuedThreadPool(MOST_THREADS, LEAST_THREADS);
        javalin.jetty.modifyServer(OperationsApi::limit);
        javalin.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
        javalin.registerPlugin(new RateLimitPlugin());
        var routes = javalin.routes;
        routes.before(guard::check);
        routes.before("/api/*", OperationsApi::limitRate);
        routes.before("/v1/*", OperationsApi::limitRate);
        routes.before("/api/events", this::limitStreams);
        var api = new ApiRoutes();
        views.addTo(api);
        requests.addTo(api);
        letters.addTo(api);
        events.addTo(api);
        api.post(
                "/v1/images/generations",
                "Images as image clients ask for them: model, n, size, response_format, seed, user",
                generations::generate);
        api.addTo(routes);
        routes.get("/api/openapi.json", ctx -> ViewRoutes.json(ctx, api.describe()));
        routes.sse("/api/events", this::stream);
        routes.get("/health", this::health);
        if (metrics instanceof PrometheusMeterRegistry prometheus) {
            routes.get("/metrics", ctx -> ctx.result(prometheus.scrape()));
        }
        Problems.answerAll(javalin);
    }

    private static void limit(Server server) {
        server.addBean(new NetworkConnectionLimit(MOST_CONNECTIONS, server));
        server.addEventListener(
                new LifeCycle.Listener() {
                    @Override
                    public void lifeCycleStarting(LifeCycle starting) {
                        for (Connector connector : server.getConnectors()) {
                            limit((AbstractConnector) connector);
                        }
                    }
                });
        server.setErrorHandler(new Problems.OfServer());
    }

    /** Who sends nothing, or too little, holds a connection and perhaps a thread. */
    private static void limit(AbstractConnector connector) {
        connector.setIdleTimeout(IDLE.toMillis());
        connector.addBean(new SlowConnections(connector.getScheduler()));
    }

    private static void limitRate(Context ctx) {
        if (ctx.method() == HandlerType.POST) {
            ctx.with(RateLimitPlugin.class).requestPerTimeUnit(POSTS_A_SECOND, TimeUnit.SECONDS);
        }
    }

    /** A stream counts from before its first byte until the server is done with it. */
    private void limitStreams(Context ctx) {
        String accepted = ctx.header("Accept");
        boolean stream = accepted != null && accepted.contains("text/event-stream");
        if (ctx.method() != HandlerType.GET || !stream) {
            return;
        }
        if (streams.incrementAndGet() > MOST_STREAMS) {
            streams.decrementAndGet();
            ctx.header("Retry-After", "10");
            throw HttpGuard.refused(503, "too many pages are open: close some, or try again");
        }
        Request.addCompletionListener(
                ServletContextRequest.getServletContextRequest(ctx.req()),
                failure -> streams.decrementAndGet());
    }

    private void health(Context ctx) {
        boolean works = working.getAsBoolean();
        ctx.status(works ? 200 : 503).result(works ? "ready\n" : "not ready\n");
    }

    /**
     * One event {@code snapshot} with everything there is, then one {@code change} after another.
     */
    private void stream(SseClient client) {
        client.keepAlive();
        EventWriter writer = new EventWriter(client);
        Consumer<LiveFeed.Change> listener = writer::change;
        client.onClose(
                () -> {
                    feed.forget(listener);
                    writer.close();
                });
        writer.start(PageJson.changes(feed.listen(listener)));
    }

    @Override
    public void close() {
        server.stop();
        generations.close();
        events.close();
    }
}
