package io.langevin.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.langevin.cli.AnnouncedPlatform;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** No command waits in silence or for ever, and what is given wrong is said at once. */
@Timeout(300)
class CommandPatienceTest {
    @Test
    void a_wrong_value_is_one_line_that_says_where_the_usage_is() {
        var err = new StringWriter();

        int code =
                Langevin.commandLine()
                        .setErr(new PrintWriter(err))
                        .execute("sample", "--model", "m", "--count", "9\u001b[31m");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString().lines())
                .singleElement(STRING)
                .startsWith("langevin: Invalid value for option '--count'")
                .endsWith("see 'langevin sample --help'")
                .doesNotContain("\u001b");
    }

    private static final String[] AWAY = {
        "--bootstrap", "127.0.0.1:1", "--registry", "http://127.0.0.1:1"
    };

    @TempDir Path home;
    private final String before = System.getProperty("user.home");
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void ownHome() {
        System.setProperty("user.home", home.toString());
    }

    @AfterEach
    void usualHome() {
        System.setProperty("user.home", before);
    }

    /** All at once: each of them waits. */
    @Test
    void a_broker_that_is_not_there_is_given_up_with_the_remedy() {
        List<String> commands =
                List.of(
                        "jobs",
                        "models",
                        "promote m",
                        "lineage 0123456789ab",
                        "watch",
                        "cancel 0b0e7f7a-9a8e-4a3d-9d2c-000000000001",
                        "sample --model m",
                        "schedule --dataset d --size 8",
                        "retrain --model m --dataset d --wait",
                        "rules",
                        "rules --end r",
                        "pause 0b0e7f7a-9a8e-4a3d-9d2c-000000000001",
                        "resume 0b0e7f7a-9a8e-4a3d-9d2c-000000000001",
                        "retrain --model m --dataset topic:d --more-images 5",
                        "datasets topic:d --artifacts file:/tmp",
                        "datasets add d . --artifacts file:/tmp",
                        "artifacts gc --artifacts file:/tmp",
                        "topics create");
        ExecutorService threads = Executors.newFixedThreadPool(commands.size());
        try {
            Map<String, CompletableFuture<String>> ends = new LinkedHashMap<>();
            for (String command : commands) {
                var said = new StringWriter();
                ends.put(
                        command,
                        CompletableFuture.supplyAsync(
                                () -> run(said, command, AWAY) + " " + said, threads));
            }
            ends.forEach(
                    (command, end) ->
                            assertThat(end.join())
                                    .as(command)
                                    .startsWith("1 ")
                                    .contains("the broker 127.0.0.1:1 does not answer within 2 s")
                                    .contains("name another one with --bootstrap"));
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retrain --model m --dataset d --family nosuch",
                "retrain --model m --dataset d --ema 2",
                "retrain --model m --dataset d --ngf 1",
                "retrain --model m --dataset d --learning-rate NaN",
                "retrain --model m --dataset ../d",
                "retrain --model ../m --dataset d",
                "retrain --model m --dataset d --preset mnist",
                "retrain --model m --dataset d --ablation nothing",
                "retrain --model m --dataset d --seconds -1",
                "retrain --model m --dataset d --promote perhaps",
                "retrain --model m --dataset d --candidate-every 1",
                "retrain --model m --dataset d --held-out 0.6",
                "retrain --model m --dataset d --judge-by 3",
                "retrain --model m --dataset d --stop-after 2 --held-out 0",
                "retrain --model m --dataset d --more-images 5",
                "retrain --model m --dataset topic:d --more-images 0",
                "retrain --model m --dataset topic:d --drift NaN",
                "retrain --model m --dataset d --cron 99",
                "retrain --model m --dataset topic:d --cool-down 5",
                "retrain --model m --dataset topic:d/x",
                "retrain --model m --dataset d --meanwhile perhaps",
                "rules --end ../r",
                "pause nobody",
                "resume nobody",
                "datasets add ../d .",
                "artifacts gc --grace 0",
                "sample --model m --sampler nosuch",
                "promote ../m",
                "promote m --share 2",
                "promote m --share NaN",
                "promote m latest",
                "rollback m/../x",
                "schedule --dataset d --size 0",
                "schedule --dataset d --size 8 --overlap 2",
                "sample --model m --count 0",
                "sample --model m/../x",
                "cancel nobody",
                "schedule --dataset ../d --size 8",
                "jobs --limit 0"
            })
    void a_value_that_nobody_can_use_is_wrong_usage_at_once(String command) {
        // a broker that is not there would be waited for
        int code = run(command, "--bootstrap", "127.0.0.1:1", "--registry", "http://127.0.0.1:1");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("must").doesNotContain("Exception");
    }

    @Test
    void an_address_that_is_none_is_wrong_usage() {
        int code = run("jobs", "--bootstrap", "127.0.0.1:1", "--registry", "::::");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--registry: must be the address of a registry");
    }

    @Test
    void a_reason_that_no_record_can_carry_is_wrong_usage() {
        String reason = "x".repeat(1_001);
        int code = run("cancel 0b0e7f7a-9a8e-4a3d-9d2c-000000000001 --reason " + reason, AWAY);

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--reason: must have at most 1000 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"security.protocol=NONSENSE", "metric.reporters=java.lang.Object"})
    void a_client_that_cannot_be_made_is_not_waited_for(String setting) {
        int code = run("jobs --kafka " + setting, AWAY);

        assertThat(code).isNotZero();
        assertThat(err.toString())
                .contains("broker 127.0.0.1:1: ")
                .doesNotContain("does not answer within");
    }

    /** Nobody writes into it: to read it would be to wait for ever. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "publish FIFO --as m",
                "import FIFO --as m --preset cifar10",
                "reproduce FIFO",
                "sample --model m --task denoise --sigma 0.1 --image FIFO"
            })
    void a_pipe_is_no_file(String command) throws Exception {
        Path fifo = home.resolve("fifo");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();

        int code = run(command.replace("FIFO", fifo.toString()), AWAY);

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("there is no readable file " + fifo);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"up --kafka-port 99999", "up --page-port -1", "up --data-dir FILE/data"})
    void a_platform_that_cannot_be_where_it_is_to_be_is_not_begun(String command) throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        CommandLine line = Langevin.commandLine();
        line.setErr(new PrintWriter(err, true));

        int code = line.execute(command.replace("FILE", file.toString()).split(" "));

        assertThat(code).isNotZero();
        assertThat(err.toString()).containsAnyOf("must be 0 to 65535", "cannot write");
    }

    @Test
    void a_pipe_is_no_image() throws Exception {
        Path fifo = home.resolve("fifo.png");
        new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor();

        assertThat(run("datasets add d " + fifo, AWAY)).isEqualTo(1);
        assertThat(err.toString()).contains("there is nothing to read at " + fifo);
    }

    @Test
    void a_picture_that_cannot_be_written_is_noticed_before_the_work() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");
        int code =
                run(
                        "sample --model m --grid " + file.resolve("a.png"),
                        "--bootstrap",
                        "127.0.0.1:1",
                        "--registry",
                        "http://127.0.0.1:1");

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).contains("--grid: cannot write");
    }

    @Test
    void two_platforms_have_a_note_each_and_the_first_is_found_again_when_the_second_ends() {
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        AnnouncedPlatform first = platform(ProcessHandle.current().pid(), "first");
        AnnouncedPlatform second = platform(parent, "second");
        first.leaveNote();
        second.leaveNote();

        assertThat(AnnouncedPlatform.find()).contains(first);
        second.removeNote();
        assertThat(AnnouncedPlatform.find()).contains(first);
        first.removeNote();
        assertThat(AnnouncedPlatform.find()).isEmpty();
    }

    @Test
    void a_damaged_note_is_nobodys() throws Exception {
        Path notes = Files.createDirectories(home.resolve(".langevin/running"));
        Files.writeString(notes.resolve("1.properties"), "pid=x\nartifacts=:\n");
        assertThat(AnnouncedPlatform.find()).isEmpty();
    }

    private AnnouncedPlatform platform(long pid, String bootstrap) {
        return new AnnouncedPlatform(
                pid, bootstrap, "r", "p", URI.create("file:/a"), home.resolve(bootstrap));
    }

    private int run(String command, String... more) {
        return run(err, command, more);
    }

    private static int run(StringWriter err, String command, String... more) {
        List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ")));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("--patience", "2"));
        CommandLine line = Langevin.commandLine();
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments.toArray(String[]::new));
    }
}
