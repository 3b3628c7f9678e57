package io.langevin.messaging.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.embedded.EmbeddedKafka;
import io.langevin.messaging.KafkaConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups that are new to the broker. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class JobQueueIT {
    private static final int GROUPS = 5;
    private static final JobLocks LOCKS = new JobLocks(Duration.ofSeconds(30), 10);

    @TempDir Path folder;

    /**
     * A broker learns of a group's settings at its leisure, and by its own would begin at the end.
     */
    @Test
    void the_first_member_of_a_group_gets_the_jobs_that_came_before_it() throws Exception {
        try (var broker = EmbeddedKafka.start(folder, 0, Map.of())) {
            KafkaConfig kafka = KafkaConfig.of(broker.bootstrap(), "http://127.0.0.1:1");
            try (Admin admin = kafka.admin();
                    var producer = kafka.producer(Map.of())) {
                for (int i = 0; i < GROUPS; i++) {
                    String topic = "jobs-" + i;
                    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
                    producer.send(new ProducerRecord<>(topic, "first", new byte[] {1})).get();
                    try (var queue = JobQueue.open(kafka, topic, "group-" + i, LOCKS)) {
                        assertThat(next(queue)).as("group %d", i).isPresent();
                    }
                }
            }
        }
    }

    private static Optional<ConsumerRecord<String, byte[]>> next(JobQueue queue) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Optional<ConsumerRecord<String, byte[]>> job = Optional.empty();
        while (job.isEmpty() && System.nanoTime() < end) {
            job = queue.poll(Duration.ofMillis(500));
        }
        return job;
    }
}
