package io.langevin.local;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicReader;
import io.langevin.records.SampleStatus;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a person at a terminal does to a platform that runs in another one. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class TerminalIT {
    @TempDir Path folder;

    /** A file in the place of the home folder: nobody can write there, the superuser neither. */
    @Test
    void interrupted_command_stops_its_request_and_has_said_its_id() throws Exception {
        Path noHome = Files.writeString(folder.resolve("home"), "");
        try (UpProcess up = new UpProcess(folder, noHome)) {
            up.start();
            assertThat(up.said())
                    .contains("cannot write " + noHome.resolve(".langevin/running"))
                    .contains("other commands must name this platform: --bootstrap");

            Process sample =
                    up.run("sample", "--model", "fashion", "--count", "10000", "--seed", "1");
            BufferedReader said = sample.inputReader();
            String id = said.readLine().replace("request ", "");
            try (var requests = new TopicReader(up.kafka(), up.kafka().name(SAMPLING_REQUESTS))) {
                assertThat(requests.untilCount(1).get(0).key()).isEqualTo(id);
            }
            new ProcessBuilder("kill", "-INT", "" + sample.pid()).start().waitFor();

            assertThat(said.lines().collect(Collectors.joining("\n")))
                    .contains("request %s is asked to stop".formatted(id));
            assertThat(sample.waitFor()).isEqualTo(130);
            try (var outcomes = new TopicReader(up.kafka(), up.kafka().name(SAMPLING_OUTCOMES))) {
                var record = outcomes.untilCount(1).get(0);
                assertThat(record.key()).isEqualTo(id);
                assertThat(
                                new Schemas(up.kafka())
                                        .serde(SAMPLING_OUTCOMES)
                                        .decode(record.value())
                                        .getStatus())
                        .isEqualTo(SampleStatus.CANCELLED);
            }
        }
    }
}
