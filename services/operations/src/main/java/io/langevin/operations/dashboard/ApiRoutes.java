package io.langevin.operations.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.langevin.messaging.text.JsonSchema;
import io.langevin.process.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.avro.Schema;

/** The routes of the API, each with what it does: what is served is what OpenAPI describes. */
final class ApiRoutes {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern IN_PATH = Pattern.compile("\\{(\\w+)}");
    private static final String JSON = "application/json";

    private final List<Route> routes = new ArrayList<>();

    private enum Method {
        GET,
        POST
    }

    /**
     * @param query names of parameters and what they say
     * @param body the record whose fields a body has; empty: {@code {}} or none
     * @param type of the answer's content
     */
    private record Route(
            Method method,
            String path,
            String summary,
            Map<String, String> query,
            Optional<Schema> body,
            String type,
            Handler handler) {}

    /** Serves JSON. */
    void get(String path, String summary, Handler handler) {
        get(path, summary, Map.of(), JSON, handler);
    }

    void get(String path, String summary, Map<String, String> query, String type, Handler handler) {
        routes.add(new Route(Method.GET, path, summary, query, Optional.empty(), type, handler));
    }

    /** Takes {@code {}}. */
    void post(String path, String summary, Handler handler) {
        routes.add(
                new Route(Method.POST, path, summary, Map.of(), Optional.empty(), JSON, handler));
    }

    void post(String path, String summary, Schema body, Handler handler) {
        routes.add(
                new Route(Method.POST, path, summary, Map.of(), Optional.of(body), JSON, handler));
    }

    void addTo(RoutesConfig served) {
        for (Route route : routes) {
            switch (route.method()) {
                case GET -> served.get(route.path(), route.handler());
                case POST -> served.post(route.path(), route.handler());
            }
        }
    }

    /** All of them as a document of OpenAPI 3.1. */
    ObjectNode describe() {
        ObjectNode document = NODES.objectNode().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Langevin")
                .put("version", Version.NUMBER)
                .put(
                        "description",
                        "Publishes events and shows what lies on the topics. Errors are problem"
                                + " details (RFC 9457).");
        ObjectNode paths = document.putObject("paths");
        for (Route route : routes) {
            ObjectNode path = (ObjectNode) paths.get(route.path());
            if (path == null) {
                path = paths.putObject(route.path());
            }
            path.set(route.method().name().toLowerCase(Locale.ROOT), operation(route));
        }
        return document;
    }

    private static ObjectNode operation(Route route) {
        ObjectNode operation = NODES.objectNode().put("summary", route.summary());
        ArrayNode parameters = NODES.arrayNode();
        IN_PATH.matcher(route.path())
                .results()
                .forEach(name -> parameters.add(parameter(name.group(1), "path", "")));
        route.query().forEach((name, text) -> parameters.add(parameter(name, "query", text)));
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
        if (route.method() == Method.POST) {
            ObjectNode schema =
                    route.body()
                            .map(JsonSchema::of)
                            .orElseGet(() -> NODES.objectNode().put("type", "object"));
            operation
                    .putObject("requestBody")
                    .put("required", true)
                    .putObject("content")
                    .putObject(JSON)
                    .set("schema", schema);
        }
        ObjectNode answers = operation.putObject("responses");
        ObjectNode done = answers.putObject(route.body().isPresent() ? "202" : "200");
        done.put("description", "done").putObject("content").putObject(route.type());
        answers.putObject("default")
                .put("description", "what was wrong and what to do")
                .putObject("content")
                .putObject(Problems.CONTENT_TYPE);
        return operation;
    }

    private static ObjectNode parameter(String name, String place, String text) {
        ObjectNode parameter = NODES.objectNode().put("name", name).put("in", place);
        if (!text.isEmpty()) {
            parameter.put("description", text);
        }
        parameter.put("required", place.equals("path"));
        parameter.putObject("schema").put("type", "string");
        return parameter;
    }
}
