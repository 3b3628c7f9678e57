package io.langevin.messaging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;

/** A record of whatever schema it was written with. */
final class WrittenRecord {
    private WrittenRecord() {}

    /**
     * @return empty where the bytes are no record of a schema in the registry
     * @throws java.io.UncheckedIOException where the registry cannot be reached
     */
    static Optional<Object> read(byte[] bytes, WriterSchemas writers) {
        if (!AvroSerde.hasHeader(bytes)) {
            return Optional.empty();
        }
        Schema writer;
        try {
            writer = writers.of(AvroSerde.writerId(bytes));
        } catch (UnreadableRecordException e) {
            return Optional.empty();
        }
        ByteBuffer record =
                ByteBuffer.wrap(bytes, AvroSerde.HEADER, bytes.length - AvroSerde.HEADER);
        try {
            RecordBounds.check(writer, record);
            return Optional.ofNullable(
                    new GenericDatumReader<Object>(writer)
                            .read(
                                    null,
                                    DecoderFactory.get()
                                            .binaryDecoder(
                                                    record.array(),
                                                    record.position(),
                                                    record.remaining(),
                                                    null)));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // whatever is thrown while bytes from outside are read is a fault of theirs
            return Optional.empty();
        }
    }
}
