package io.langevin.messaging;

import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;
import static org.apache.kafka.common.acl.AclPermissionType.ALLOW;
import static org.apache.kafka.common.acl.AclPermissionType.DENY;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.embedded.EmbeddedKafka;
import io.langevin.process.ConfigurationException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that does not let everybody do everything. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // only against a hang
class BrokerIT {
    @TempDir Path folder;

    @Test
    void missing_right_to_write_results_is_said_before_a_job_is_taken() throws Exception {
        var authorizer =
                Map.of(
                        "authorizer.class.name",
                        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "allow.everyone.if.no.acl.found",
                        "true");
        try (var broker = EmbeddedKafka.start(folder, 0, authorizer)) {
            KafkaConfig kafka = KafkaConfig.of(broker.bootstrap(), "http://127.0.0.1:1");
            try (Admin admin = kafka.admin()) {
                Topics.create(admin, kafka.prefix(), (short) 1);
                String results = kafka.name(TRAINING_RESULTS);
                admin.createAcls(
                                List.of(
                                        rule(results, AclOperation.ALL, ALLOW),
                                        rule(results, AclOperation.WRITE, DENY)))
                        .all()
                        .get();
            }

            assertThatThrownBy(() -> Broker.requireWrite(kafka, SCHEDULE_RESULTS, TRAINING_RESULTS))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage(
                            "broker %s does not let this process write to %s: allow WRITE there",
                            broker.bootstrap(), kafka.name(TRAINING_RESULTS));
            assertThatCode(() -> Broker.requireWrite(kafka, SCHEDULE_RESULTS))
                    .doesNotThrowAnyException();
        }
    }

    /** Readers of committed records wait for the transaction of whoever has died in it. */
    @Test
    void transaction_may_be_left_open_for_a_minute_and_no_longer() throws Exception {
        try (var broker = EmbeddedKafka.start(folder, 0)) {
            KafkaConfig kafka = KafkaConfig.of(broker.bootstrap(), "http://127.0.0.1:1");
            Map<String, Object> slow =
                    Map.of(
                            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                            "t",
                            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                            60_001);
            try (var producer = kafka.producer(slow)) {
                assertThatThrownBy(producer::initTransactions)
                        .hasMessageContaining("transaction.max.timeout.ms");
            }
        }
    }

    private static AclBinding rule(String topic, AclOperation what, AclPermissionType allowed) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", what, allowed));
    }
}
