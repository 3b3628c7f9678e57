package io.langevin.messaging.queue;

import static io.langevin.messaging.Topics.JOB_ATTEMPTS;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.From;
import io.langevin.records.JobAttempts;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How often jobs have been begun since they last got further, on a compacted topic: it outlives the
 * worker, and the broker too where a job takes both along. Safe to use from several threads.
 */
final class JobAttemptLog implements AutoCloseable {
    private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(30);

    private final String prefix;
    private final RecordWriter<JobAttempts> writer;
    private final Follower follower;
    private final Map<String, Integer> begun = new ConcurrentHashMap<>();

    private JobAttemptLog(KafkaConfig kafka, Schemas schemas, Topic<?> jobs, String reader)
            throws InterruptedException {
        this.prefix = jobs.suffix() + "/";
        this.writer = RecordWriter.open(kafka, schemas, JOB_ATTEMPTS, reader);
        this.follower =
                Followers.of(kafka, schemas)
                        .follow(
                                JOB_ATTEMPTS,
                                new From.Beginning(),
                                (record, source) -> changed(record, source.key()));
    }

    static JobAttemptLog open(KafkaConfig kafka, Schemas schemas, Topic<?> jobs, String reader)
            throws InterruptedException {
        return new JobAttemptLog(kafka, schemas, jobs, reader);
    }

    private void changed(JobAttempts record, String key) {
        if (key == null || !key.startsWith(prefix)) {
            return;
        }
        if (record == null) {
            begun.remove(key);
        } else {
            begun.put(key, record.getBegun());
        }
    }

    /** Attempts before this one that came to nothing; this one counts from now on. */
    int begin(String id) throws InterruptedException {
        follower.catchUp(CATCH_UP_WITHIN);
        int before = Math.max(0, begun.getOrDefault(prefix + id, 0));
        write(id, before + 1);
        return before;
    }

    /** The job got further, and what it has is safe: attempts count anew. */
    void gotFurther(String id) throws InterruptedException {
        if (begun.getOrDefault(prefix + id, 0) != 0) {
            write(id, 0);
        }
    }

    private void write(String id, int count) throws InterruptedException {
        writer.write(prefix + id, new JobAttempts(id, count));
        begun.put(prefix + id, count);
    }

    /** Fails when the topic cannot be followed any longer. */
    CompletableFuture<Void> ended() {
        return follower.ended();
    }

    /** The job has ended. */
    void ended(String id) throws InterruptedException {
        writer.delete(prefix + id);
    }

    @Override
    public void close() {
        follower.close();
        writer.close();
    }
}
