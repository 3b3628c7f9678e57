package io.langevin.operations.streams;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Failures;
import io.langevin.messaging.Topics;
import io.langevin.operations.OperationsConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fence round the whole workflow: a record that an operator throws at is a dead letter, in the
 * same transaction, and the next one is served. What lies unreadable on a topic that belongs to
 * Kafka Streams itself is passed over. Kafka Streams makes it by reflection.
 */
public final class UnexpectedFailures
        implements DeserializationExceptionHandler, ProcessingExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(UnexpectedFailures.class);

    /** Ends of names: topics of Kafka Streams itself, and those that are overheard. */
    private static final List<String> NOT_OWN =
            List.of(
                    "-repartition",
                    "-changelog",
                    Topics.SAMPLING_REQUESTS.suffix(),
                    Topics.TRAINING_PROGRESS.suffix());

    @Override
    public DeserializationExceptionHandler.Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception e) {
        log(context, e);
        return DeserializationExceptionHandler.Response.resume();
    }

    @Override
    public ProcessingExceptionHandler.Response handleError(
            ErrorHandlerContext context, Record<?, ?> record, Exception e) {
        if (Failures.isPassing(e)) {
            return ProcessingExceptionHandler.Response.fail(); // its thread is replaced
        }
        log(context, e);
        return isOwn(context)
                ? ProcessingExceptionHandler.Response.resume(List.of(letter(context, e)))
                : ProcessingExceptionHandler.Response.resume();
    }

    /**
     * Whether the dead letters of the record's topic are written here. A record that had to wait
     * comes without its source.
     */
    private static boolean isOwn(ErrorHandlerContext context) {
        return context.topic() != null
                && context.sourceRawValue() != null
                && NOT_OWN.stream().noneMatch(context.topic()::endsWith);
    }

    private static ProducerRecord<byte[], byte[]> letter(ErrorHandlerContext context, Exception e) {
        var headers = new RecordHeaders();
        for (Header own : context.headers()) {
            if (!DeadLetters.HEADERS.contains(own.key())) {
                headers.add(own);
            }
        }
        put(headers, DeadLetters.REASON, "defect: " + e);
        put(headers, DeadLetters.READER, OperationsConfig.NAME);
        DeadLetters.sayWhere(headers, context.topic(), context.partition(), context.offset());
        return new ProducerRecord<>(
                context.topic() + DeadLetters.SUFFIX,
                null,
                context.sourceRawKey(),
                context.sourceRawValue(),
                headers);
    }

    private static void put(RecordHeaders headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static void log(ErrorHandlerContext context, Exception e) {
        LOG.atError()
                .addKeyValue("topic", context.topic())
                .addKeyValue("partition", context.partition())
                .addKeyValue("offset", context.offset())
                .setCause(e)
                .log("a record that the workflow cannot take");
    }

    @Override
    public void configure(Map<String, ?> settings) {}
}
