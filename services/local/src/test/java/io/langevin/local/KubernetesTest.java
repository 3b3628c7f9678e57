package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.Topics;
import io.langevin.messaging.text.StrimziTopics;
import io.langevin.process.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What the manifests of Kubernetes name is what the code has, and every container is confined. */
class KubernetesTest {
    private static final Path FOLDER = Path.of("../../deploy/kubernetes");

    @ParameterizedTest
    @ValueSource(strings = {"schedule", "training", "publishing", "sampling", "operations"})
    void every_service_accepts_its_variables_and_is_a_class(String name) throws Exception {
        Map<String, String> variables = new TreeMap<>(shared());
        ((List<?>) container(name).getOrDefault("env", List.of()))
                .forEach(
                        variable ->
                                variables.put(
                                        text(variable, "name"),
                                        ((Map<?, ?>) variable).containsKey("value")
                                                ? text(variable, "value")
                                                : "a-pod"));
        Environment environment = new Environment(variables);
        environment.text("LANGEVIN_HTTP_HOST", "");
        DeploymentTest.SERVICES.get(name).apply(environment);
        environment.rejectUnknown();
        assertThat(Class.forName(((List<?>) container(name).get("args")).get(0).toString()))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"schedule", "training", "publishing", "sampling", "operations"})
    void every_container_is_confined_probed_and_bounded(String name) throws IOException {
        Map<?, ?> pod = pod(name);
        assertThat(at(pod, "securityContext", "runAsNonRoot")).isEqualTo(true);
        assertThat(pod.get("enableServiceLinks")).isEqualTo(false);
        assertThat(pod.get("automountServiceAccountToken")).isEqualTo(false);
        Map<?, ?> container = container(name);
        assertThat(at(container, "securityContext", "readOnlyRootFilesystem")).isEqualTo(true);
        assertThat(at(container, "securityContext", "allowPrivilegeEscalation")).isEqualTo(false);
        assertThat(at(container, "securityContext", "capabilities", "drop"))
                .isEqualTo(List.of("ALL"));
        assertThat(at(container, "livenessProbe", "httpGet", "path")).isEqualTo("/health/live");
        assertThat(at(container, "readinessProbe", "httpGet", "path")).isEqualTo("/health/ready");
        assertThat(at(container, "resources", "limits", "memory")).isNotNull();
    }

    /** Five seconds to finish, and forty to save and commit (docs/use/configuration.md). */
    @Test
    void a_sampler_has_the_time_to_save_what_it_has_begun() throws IOException {
        assertThat((int) pod("sampling").get("terminationGracePeriodSeconds"))
                .isGreaterThanOrEqualTo(45);
    }

    @Test
    void every_resource_that_a_kustomization_names_is_there() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(f -> f.endsWith("kustomization.yaml")).toList()) {
                Map<?, ?> kustomization = new Yaml().load(Files.readString(file));
                for (Object resource : (List<?>) kustomization.get("resources")) {
                    assertThat(file.resolveSibling(resource.toString())).exists();
                }
            }
        }
    }

    /** -Dgolden=1 writes it anew. */
    @Test
    void topics_of_strimzi_are_those_of_the_code() throws IOException {
        Path file = FOLDER.resolve("overlays/strimzi/topics.yaml");
        String made = StrimziTopics.of("langevin.", "kafka", 3);
        if (System.getProperty("golden") != null) {
            Files.writeString(file, made);
        }
        assertThat(made).isEqualTo(Files.readString(file));
        assertThat(StreamSupport.stream(new Yaml().loadAll(made).spliterator(), false))
                .hasSize(2 * Topics.all().size());
    }

    @Test
    void workers_are_scaled_by_groups_that_there_are() throws IOException {
        String scaling = Files.readString(FOLDER.resolve("overlays/keda/scaling.yaml"));
        for (Object one : new Yaml().loadAll(scaling)) {
            String name = at(one, "spec", "scaleTargetRef", "name").toString();
            assertThat(DeploymentTest.SERVICES).containsKey(name);
            List<?> triggers = (List<?>) at(one, "spec", "triggers");
            assertThat(text(((Map<?, ?>) triggers.get(0)).get("metadata"), "query"))
                    .contains("langevin_group_lag{group=\"langevin." + name + "\"}");
        }
    }

    private static Map<String, String> shared() throws IOException {
        Map<?, ?> base =
                new Yaml().load(Files.readString(FOLDER.resolve("base/kustomization.yaml")));
        Map<?, ?> generator = (Map<?, ?>) ((List<?>) base.get("configMapGenerator")).get(0);
        Map<String, String> variables = new TreeMap<>();
        for (Object literal : (List<?>) generator.get("literals")) {
            String[] parts = literal.toString().split("=", 2);
            variables.put(parts[0], parts[1]);
        }
        assertThat(variables.keySet())
                .isEqualTo(
                        Set.of(
                                "LANGEVIN_ARTIFACTS",
                                "LANGEVIN_KAFKA_BOOTSTRAP_SERVERS",
                                "LANGEVIN_REGISTRY_URL"));
        return variables;
    }

    private static Map<?, ?> pod(String name) throws IOException {
        Map<?, ?> deployment =
                new Yaml().load(Files.readString(FOLDER.resolve("base/%s.yaml".formatted(name))));
        return (Map<?, ?>) at(deployment, "spec", "template", "spec");
    }

    @SuppressWarnings("unchecked") // names are text
    private static Map<String, Object> container(String name) throws IOException {
        return (Map<String, Object>) ((List<?>) pod(name).get("containers")).get(0);
    }

    private static Object at(Object from, String... path) {
        Object found = from;
        for (String name : path) {
            found = ((Map<?, ?>) found).get(name);
        }
        return found;
    }

    private static String text(Object from, String name) {
        return ((Map<?, ?>) from).get(name).toString();
    }
}
