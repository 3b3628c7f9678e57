package io.langevin.operations.streams;

import java.util.Optional;

/** What a record of a topic must be beside readable. */
@FunctionalInterface
public interface RecordRule<T> {
    /**
     * Why a record cannot be used: field, rule and value.
     *
     * @param key of the record
     */
    Optional<String> broken(String key, T record);
}
