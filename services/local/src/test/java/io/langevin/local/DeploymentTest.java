package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.operations.OperationsConfig;
import io.langevin.process.Environment;
import io.langevin.publishing.PublishingConfig;
import io.langevin.sampling.SamplingConfig;
import io.langevin.schedule.ScheduleConfig;
import io.langevin.training.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What docker-compose.yml, Prometheus and Grafana name is what the code has. */
class DeploymentTest {
    private static final Path ROOT = Path.of("../..");
    static final Map<String, Function<Environment, ?>> SERVICES =
            Map.of(
                    "schedule", ScheduleConfig::from,
                    "training", TrainingConfig::from,
                    "publishing", PublishingConfig::from,
                    "sampling", SamplingConfig::from,
                    "operations", OperationsConfig::from);

    /** Read by ServiceMain, in every service. */
    private static final Set<String> OF_EVERY_SERVICE =
            Set.of("LANGEVIN_HTTP_HOST", "LANGEVIN_HTTP_PORT");

    @Test
    void every_service_accepts_the_variables_that_compose_gives_it() throws IOException {
        for (var service : SERVICES.entrySet()) {
            Map<String, String> given = environment(service.getKey());
            Environment environment = new Environment(given);
            OF_EVERY_SERVICE.forEach(name -> environment.text(name, ""));

            service.getValue().apply(environment);
            environment.rejectUnknown();

            assertThat(given).as(service.getKey()).containsKey("LANGEVIN_REGISTRY_URL");
        }
    }

    @Test
    void workers_on_gpus_are_those_on_processors_with_a_gpu_and_only_when_asked_for()
            throws IOException {
        for (String name : List.of("sampling", "training")) {
            Map<?, ?> worker = services().get(name + "-gpu");

            assertThat(worker.get("command")).isEqualTo(services().get(name).get("command"));
            assertThat(environment(name + "-gpu")).isEqualTo(environment(name));
            assertThat(worker.get("profiles")).isEqualTo(List.of("gpu"));
            assertThat(worker.get("deploy").toString())
                    .contains("driver=nvidia", "capabilities=[gpu]");
        }
        String image = Files.readString(ROOT.resolve("deploy/Dockerfile.cuda"));
        assertThat(image)
                .contains("LANGEVIN_DEVICE=cuda")
                .containsPattern("FROM pytorch/pytorch:2\\.7\\.1-cuda12\\.8"); // as DJL's bridge
    }

    @Test
    void every_main_class_that_compose_runs_exists() throws IOException, ClassNotFoundException {
        for (var service : services().entrySet()) {
            if (service.getValue().get("command") instanceof List<?> command
                    && command.get(0).toString().startsWith("io.langevin")) {
                assertThat(Class.forName(command.get(0).toString()))
                        .as(service.getKey())
                        .isNotNull();
            }
        }
    }

    @Test
    void every_published_port_is_bound_to_loopback() throws IOException {
        for (var service : services().entrySet()) {
            if (service.getValue().get("ports") instanceof List<?> ports) {
                assertThat(ports)
                        .as(service.getKey())
                        .allMatch(p -> p.toString().startsWith("127.0.0.1:"));
            }
        }
    }

    @Test
    void prometheus_scrapes_every_service_where_the_image_serves_metrics() throws IOException {
        String port = dockerfile("LANGEVIN_HTTP_PORT=(\\d+)");
        Set<String> targets =
                matches("deploy/prometheus/prometheus.yml", "(?:names: \\[|, )(\\w+)");

        assertThat(targets)
                .isEqualTo(
                        SERVICES.keySet().stream().collect(Collectors.toCollection(TreeSet::new)));
        assertThat(matches("deploy/prometheus/prometheus.yml", "port: (\\d+)"))
                .containsExactly(port);
        assertThat(dockerfile("EXPOSE (\\d+)")).isEqualTo(port);
    }

    @Test
    void every_metric_on_the_dashboard_and_in_alerts_is_one_that_the_code_has() throws IOException {
        Set<String> registered = new TreeSet<>();
        for (String name : sources("\"(langevin\\.[a-z.]+)\"")) {
            String base = name.replace('.', '_');
            for (String end :
                    List.of(
                            "",
                            "_total",
                            "_bucket",
                            "_sum",
                            "_count",
                            "_seconds_bucket",
                            "_seconds_sum",
                            "_seconds_count")) {
                registered.add(base + end);
            }
        }
        for (String file :
                List.of(
                        "deploy/grafana/dashboards/langevin.json",
                        "deploy/prometheus/alerts.yml")) {
            assertThat(matches(file, "(langevin_[a-z_]+)"))
                    .as(file)
                    .isNotEmpty()
                    .isSubsetOf(registered);
        }
    }

    @Test
    void every_alert_says_what_it_means_and_what_to_do() throws IOException {
        Map<?, ?> file =
                new Yaml().load(Files.readString(ROOT.resolve("deploy/prometheus/alerts.yml")));
        Map<?, ?> group = (Map<?, ?>) ((List<?>) file.get("groups")).get(0);
        assertThat((List<?>) group.get("rules"))
                .isNotEmpty()
                .allSatisfy(
                        rule ->
                                assertThat(((Map<?, ?>) rule).get("annotations"))
                                        .asInstanceOf(InstanceOfAssertFactories.MAP)
                                        .containsOnlyKeys("summary", "remedy"));
    }

    @Test
    void the_launcher_and_the_image_prepare_pytorch_alike() throws IOException {
        for (String variable : List.of("OMP_WAIT_POLICY", "ATEN_CPU_CAPABILITY", "OFFLINE")) {
            assertThat(Files.readString(ROOT.resolve("langevin"))).contains(variable);
            assertThat(Files.readString(ROOT.resolve("deploy/entrypoint.sh"))).contains(variable);
        }
    }

    private static Map<String, String> environment(String service) throws IOException {
        Map<String, String> variables = new TreeMap<>();
        if (services().get(service).get("environment") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> variables.put("" + name, "" + value));
        }
        return variables;
    }

    private static Map<String, Map<?, ?>> services() throws IOException {
        Map<?, ?> compose = new Yaml().load(Files.readString(ROOT.resolve("docker-compose.yml")));
        Map<String, Map<?, ?>> services = new TreeMap<>();
        ((Map<?, ?>) compose.get("services"))
                .forEach((name, service) -> services.put("" + name, (Map<?, ?>) service));
        return services;
    }

    private static String dockerfile(String pattern) throws IOException {
        return matches("deploy/Dockerfile", pattern).iterator().next();
    }

    private static Set<String> matches(String file, String pattern) throws IOException {
        return matches(Files.readString(ROOT.resolve(file)), Pattern.compile(pattern));
    }

    private static Set<String> matches(String text, Pattern pattern) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static Set<String> sources(String pattern) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("services"))) {
            for (Path file :
                    files.filter(
                                    f ->
                                            f.toString().contains("src/main")
                                                    && f.toString().endsWith(".java"))
                            .toList()) {
                found.addAll(matches(Files.readString(file), Pattern.compile(pattern)));
            }
        }
        return found;
    }
}
