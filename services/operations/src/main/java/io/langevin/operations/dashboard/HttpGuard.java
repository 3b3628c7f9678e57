package io.langevin.operations.dashboard;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * What every request must be before it is served: asked for under a name that is this page's, not
 * sent by another page, of a size and at a speed that hold nobody up.
 */
final class HttpGuard {
    static final int LARGEST_BODY = 1024 * 1024;

    /** Most bodies have no more; room for larger ones is made as they come. */
    private static final int USUAL_BODY = 16 * 1024;

    /** Bodies that are being read: who sends slowly holds a thread. */
    private static final int BODIES_AT_ONCE = 32;

    private static final Duration BODY_WITHIN = Duration.ofSeconds(10);
    private static final int MISDIRECTED = 421;
    private static final Set<HandlerType> READING =
            Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS);

    private static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'self'; img-src 'self' data: blob:; object-src 'none';"
                            + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                    "X-Frame-Options",
                    "DENY",
                    "X-Content-Type-Options",
                    "nosniff",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cross-Origin-Opener-Policy",
                    "same-origin",
                    "Cross-Origin-Resource-Policy",
                    "same-origin");

    private final Set<String> hosts;
    private final Semaphore bodies = new Semaphore(BODIES_AT_ONCE);

    /**
     * @param hosts names of this page, without ports
     */
    HttpGuard(Set<String> hosts) {
        this.hosts = hosts;
    }

    /** This runs before anything else is done with a request. */
    void check(Context ctx) {
        HEADERS.forEach(ctx::header);
        requireHost(ctx);
        requireOrigin(ctx);
        requirePath(ctx);
        if (!READING.contains(ctx.method())) {
            requireJson(ctx);
        }
    }

    /** A name that leads here is not enough: another site can make its own name lead here. */
    private void requireHost(Context ctx) {
        String host = ctx.header("Host");
        if (host == null || !isKnown("http://" + host)) {
            throw refused(
                    MISDIRECTED,
                    "Host: must be one of %s (LANGEVIN_PAGE_HOSTS), not '%s'"
                            .formatted(hosts, shown(host)));
        }
    }

    /** The router decodes what stands for a name in a path, and takes a fault of it for ours. */
    private static void requirePath(Context ctx) {
        try {
            URLDecoder.decode(ctx.path(), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw refused(
                    400,
                    "path: must have two hexadecimal digits after every %%, not '%s'"
                            .formatted(shown(ctx.path())));
        }
    }

    /** A browser says which page sends a request; other programs say nothing. */
    private void requireOrigin(Context ctx) {
        String origin = ctx.header("Origin");
        if (origin != null && !isKnown(origin)) {
            throw refused(
                    403,
                    "Origin: must be a page of one of %s, not '%s'"
                            .formatted(hosts, shown(origin)));
        }
        boolean crossSite = "cross-site".equals(ctx.header("Sec-Fetch-Site"));
        if (crossSite && (!READING.contains(ctx.method()) || ctx.path().matches("/(api|v1)/.*"))) {
            throw refused(403, "Sec-Fetch-Site: must not be cross-site");
        }
    }

    private boolean isKnown(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host != null && hosts.contains(host.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A page from elsewhere may post text or forms unasked, but not JSON. */
    private static void requireJson(Context ctx) {
        String type = ctx.header("Content-Type");
        String[] parts = (type == null ? "" : type).toLowerCase(Locale.ROOT).split(";");
        boolean utf8 =
                Arrays.stream(parts)
                        .skip(1)
                        .map(String::strip)
                        .filter(parameter -> parameter.startsWith("charset="))
                        .map(parameter -> parameter.substring(8).replace("\"", ""))
                        .allMatch("utf-8"::equals);
        if (!parts[0].strip().equals("application/json") || !utf8) {
            throw refused(
                    415,
                    "Content-Type: must be application/json in UTF-8, not '%s'"
                            .formatted(shown(type)));
        }
    }

    /**
     * The body of a request.
     *
     * @throws HttpResponseException 413 where it is too large, 408 where it comes too slowly, 503
     *     where too many come at once
     */
    byte[] body(Context ctx) {
        if (!bodies.tryAcquire()) {
            ctx.header("Retry-After", "1").header("Connection", "close");
            throw refused(503, "too many requests are being read: try again in a second");
        }
        try {
            return read(ctx);
        } catch (IOException e) {
            ctx.header("Connection", "close");
            throw refused(408, "body: did not arrive: " + e.getMessage());
        } finally {
            bodies.release();
        }
    }

    private static byte[] read(Context ctx) throws IOException {
        long deadline = System.nanoTime() + BODY_WITHIN.toNanos();
        byte[] body = new byte[USUAL_BODY];
        int length = 0;
        InputStream in = ctx.req().getInputStream();
        while (length <= LARGEST_BODY) {
            if (length == body.length) {
                body = Arrays.copyOf(body, 2 * length);
            }
            int read = in.read(body, length, body.length - length);
            if (read < 0) {
                return Arrays.copyOf(body, length);
            }
            length += read;
            if (System.nanoTime() > deadline) {
                ctx.header("Connection", "close");
                throw refused(408, "body: must arrive within %s".formatted(BODY_WITHIN));
            }
        }
        ctx.header("Connection", "close");
        throw refused(413, "body: must have at most %d bytes".formatted(LARGEST_BODY));
    }

    static HttpResponseException refused(int status, String detail) {
        return new HttpResponseException(status, detail);
    }

    private static String shown(String value) {
        String text = String.valueOf(value);
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
