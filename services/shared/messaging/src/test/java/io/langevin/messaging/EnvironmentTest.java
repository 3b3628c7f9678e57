package io.langevin.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.process.ConfigurationException;
import io.langevin.process.Environment;
import io.langevin.process.ServiceMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentTest {

    @Test
    void kafka_properties_pass_through() {
        var environment =
                new Environment(
                        Map.of(
                                "LANGEVIN_KAFKA_BOOTSTRAP_SERVERS", "a:1",
                                "LANGEVIN_KAFKA_SECURITY_PROTOCOL", "SSL",
                                "LANGEVIN_REGISTRY_URL", "http://r",
                                "PATH", "x"));

        KafkaConfig kafka = KafkaConfig.from(environment);
        environment.rejectUnknown();

        assertThat(kafka.bootstrap()).isEqualTo("a:1");
        assertThat(kafka.properties()).containsEntry("security.protocol", "SSL");
        assertThat(kafka.name(Topics.SAMPLING_REQUESTS)).isEqualTo("langevin.sampling.requests");
    }

    @Test
    void an_unknown_variable_is_named_with_its_nearest_neighbour() {
        var environment = new Environment(Map.of("LANGEVIN_REGISTRY_ULR", "x"));
        environment.text("LANGEVIN_REGISTRY_URL", "");
        environment.text("LANGEVIN_TOPIC_PREFIX", "");

        assertThatThrownBy(environment::rejectUnknown)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("LANGEVIN_REGISTRY_ULR")
                .hasMessageContaining("did you mean LANGEVIN_REGISTRY_URL?");
    }

    @Test
    void a_number_out_of_range_names_variable_rule_and_value() {
        var environment = new Environment(Map.of("LANGEVIN_HTTP_PORT", "70000"));

        assertThatThrownBy(() -> environment.number("LANGEVIN_HTTP_PORT", 1, 0, 65_535))
                .hasMessage(
                        "LANGEVIN_HTTP_PORT must be a whole number from 0 to 65535, not '70000'");
    }

    @Test
    void a_secret_is_not_printed() {
        var kafka =
                new KafkaConfig(
                        Map.of("bootstrap.servers", "a:1", "sasl.jaas.config", "password=geheim"),
                        "http://r",
                        "p.");
        assertThat(kafka.toString()).doesNotContain("geheim");
    }

    @Test
    void a_service_without_configuration_ends_with_code_2() {
        int code =
                ServiceMain.exitCode(
                        "test",
                        new Environment(Map.of()),
                        EnvironmentTest::config,
                        (config, metrics) -> {
                            throw new AssertionError("must not start");
                        });
        assertThat(code).isEqualTo(2);
    }

    private static KafkaServiceConfig config(Environment environment) {
        KafkaConfig kafka = KafkaConfig.from(environment);
        return () -> kafka;
    }

    @Test
    void a_secret_may_lie_in_a_file(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("jaas");
        Files.writeString(file, "module required password=\"x\";\n");
        var environment =
                new Environment(
                        Map.of(
                                "LANGEVIN_KAFKA_SASL_JAAS_CONFIG_FILE",
                                file.toString(),
                                "LANGEVIN_KAFKA_SASL_OAUTHBEARER_ASSERTION_FILE",
                                "of Kafka"));

        assertThat(environment.properties("LANGEVIN_KAFKA_"))
                .isEqualTo(
                        Map.of(
                                "sasl.jaas.config", "module required password=\"x\";",
                                "sasl.oauthbearer.assertion.file", "of Kafka"));
        environment.rejectUnknown();
        for (String wrong : List.of(folder.toString(), folder.resolve("none").toString())) {
            assertThatThrownBy(() -> new Environment(Map.of("LANGEVIN_REGISTRY_URL_FILE", wrong)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("LANGEVIN_REGISTRY_URL_FILE must name a file");
        }
        assertThatThrownBy(
                        () ->
                                new Environment(
                                        Map.of(
                                                "LANGEVIN_REGISTRY_URL",
                                                "http://a",
                                                "LANGEVIN_REGISTRY_URL_FILE",
                                                file.toString())))
                .hasMessageContaining("are both set");
    }
}
