package io.langevin.cli;

import static io.langevin.messaging.rules.RecordRules.oneOf;

import io.langevin.client.PlatformClient;
import io.langevin.messaging.Broker;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.messaging.text.AsyncApi;
import io.langevin.messaging.text.StrimziTopics;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a cluster needs before services start. */
@Command(name = "topics", description = "Prepare a cluster for the platform.")
final class TopicsCommand {

    @Command(
            name = "create",
            description = "Create every topic that is missing and register every schema.")
    int create(
            @Mixin Connection connection,
            @Option(
                            names = "--replication",
                            paramLabel = "N",
                            defaultValue = "-1",
                            description = "Copies of each partition; -1: the broker's default.")
                    short replication)
            throws InterruptedException {
        KafkaConfig kafka = connection.kafka();
        var patience = PlatformClient.patience(connection.patience());
        Broker.awaitAnswer(kafka, patience);
        List<String> created;
        try (Admin admin = kafka.admin()) {
            created = Topics.create(admin, kafka.prefix(), replication);
        }
        new Schemas(kafka, patience).registerAll();
        created.forEach(name -> System.out.println("created " + name));
        System.out.printf(
                "%d topics created; %d schemas are registered%n",
                created.size(), Topics.all().size());
        return 0;
    }

    @Command(
            name = "describe",
            description = {
                "Print every topic: with its record as a document of AsyncAPI 3, or as KafkaTopic",
                "resources of Strimzi."
            })
    int describe(
            @Option(
                            names = "--form",
                            paramLabel = "FORM",
                            description = "asyncapi or strimzi (default: ${DEFAULT-VALUE}).",
                            defaultValue = "asyncapi")
                    String form,
            @Option(
                            names = "--prefix",
                            paramLabel = "TEXT",
                            description =
                                    "What topic names begin with (default: ${DEFAULT-VALUE}).",
                            defaultValue = KafkaConfig.DEFAULT_PREFIX)
                    String prefix,
            @Option(
                            names = "--cluster",
                            paramLabel = "NAME",
                            description = "Strimzi's Kafka resource (default: ${DEFAULT-VALUE}).",
                            defaultValue = "kafka")
                    String cluster,
            @Option(
                            names = "--replication",
                            paramLabel = "N",
                            description =
                                    "Strimzi: copies of each partition (default: ${DEFAULT-VALUE}).",
                            defaultValue = "3")
                    int replication) {
        oneOf("--form", form, List.of("asyncapi", "strimzi"));
        System.out.print(
                form.equals("strimzi")
                        ? StrimziTopics.of(prefix, cluster, replication)
                        : AsyncApi.of(prefix).toPrettyString() + "\n");
        return 0;
    }
}
