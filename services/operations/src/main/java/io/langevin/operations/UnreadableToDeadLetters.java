package io.langevin.operations;

import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.UnreadableRecordException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;

/**
 * What cannot be decoded goes to the dead letters of its topic, in the same transaction; anything
 * else, such as a registry that is away, stops the thread, whose replacement tries again. Kafka
 * Streams makes it by reflection.
 */
public final class UnreadableToDeadLetters implements DeserializationExceptionHandler {

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception e) {
        if (e instanceof UnreadableRecordException) {
            return Response.resume(
                    List.of(DeadLetters.of(record, OperationsService.NAME, e.getMessage())));
        }
        return Response.fail();
    }

    @Override
    public void configure(Map<String, ?> settings) {}
}
