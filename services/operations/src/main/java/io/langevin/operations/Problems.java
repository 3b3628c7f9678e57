package io.langevin.operations;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** The one form of every error: problem details (RFC 9457). */
final class Problems {
    static final String CONTENT_TYPE = "application/problem+json";

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
