package io.langevin.operations.dashboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.langevin.artifacts.ArtifactException;
import io.langevin.messaging.Failures;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Inert;
import io.langevin.process.OutOfReachException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.KafkaException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one form of every error: problem details (RFC 9457). */
final class Problems {
    static final String CONTENT_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    /**
     * @param detail what was wrong and what to do, for a person
     */
    static String of(int status, String detail) {
        String title =
                Arrays.stream(HttpStatus.values())
                        .filter(known -> known.getCode() == status)
                        .map(HttpStatus::getMessage)
                        .findFirst()
                        .orElse("Error");
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .toString();
    }

    /** Gives every error of the routes this form. */
    static void answerAll(JavalinConfig javalin) {
        var routes = javalin.routes;
        routes.exception(RejectedException.class, (e, ctx) -> answer(ctx, 400, e.getMessage()));
        routes.exception(
                HttpResponseException.class,
                (e, ctx) -> answer(ctx, e.getStatus(), e.getMessage()));
        routes.exception(KafkaException.class, Problems::notPublished);
        routes.exception(OutOfReachException.class, (e, ctx) -> answer(ctx, 503, e.getMessage()));
        routes.exception(UncheckedIOException.class, (e, ctx) -> answer(ctx, 503, e.getMessage()));
        routes.exception(ArtifactException.class, (e, ctx) -> answer(ctx, 502, e.getMessage()));
        routes.exception(Exception.class, Problems::defect);
        routes.error(
                404,
                ctx -> {
                    if (!CONTENT_TYPE.equals(ctx.res().getContentType())) {
                        answer(ctx, 404, "there is nothing at " + ctx.path());
                    }
                });
    }

    private static void notPublished(KafkaException e, Context ctx) {
        LOG.atWarn().addKeyValue("reason", Failures.reason(e)).log("not published");
        ctx.header("Retry-After", "5");
        answer(ctx, 503, "the broker is out of reach: try again");
    }

    /** It must not throw: Javalin would hand it what it throws, again and again. */
    private static void defect(Exception e, Context ctx) {
        if (hasLeft(ctx)) {
            LOG.atDebug().setCause(e).log("nobody is there to be answered");
            return;
        }
        LOG.atError().addKeyValue("path", Inert.text(ctx.path())).setCause(e).log("defect");
        answer(ctx, 500, "a fault of this program, which its log describes");
    }

    /** Whether the server has given the request's objects to another one. */
    private static boolean hasLeft(Context ctx) {
        try {
            ctx.statusCode();
            ctx.path();
            return false;
        } catch (IllegalStateException | NullPointerException e) {
            return true;
        }
    }

    static void answer(Context ctx, int status, String detail) {
        ctx.status(status).contentType(CONTENT_TYPE).result(of(status, detail));
    }

    /** What the server itself refuses before anybody else sees it, in the same form. */
    static final class OfServer extends ErrorHandler {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            int status = response.getStatus();
            response.getHeaders().put("Content-Type", CONTENT_TYPE);
            response.getHeaders().put("X-Content-Type-Options", "nosniff");
            String detail = "the request is not one of HTTP that is served here";
            byte[] body = of(status, detail).getBytes(StandardCharsets.UTF_8);
            response.write(true, ByteBuffer.wrap(body), callback);
            return true;
        }
    }
}
