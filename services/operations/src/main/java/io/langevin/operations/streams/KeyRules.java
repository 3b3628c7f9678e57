package io.langevin.operations.streams;

import io.langevin.messaging.rules.RecordRules;
import java.util.Optional;
import java.util.function.Function;

/** Rules about the keys of records: what belongs together must have one key. */
public final class KeyRules {
    public static final int LONGEST_ID = 100;

    private KeyRules() {}

    /**
     * The key equals a field of the record.
     *
     * @param field its name
     */
    public static <T> RecordRule<T> keyIs(String field, Function<T, String> value) {
        return (key, record) -> {
            String wanted = value.apply(record);
            if (wanted.equals(key) && wanted.length() <= LONGEST_ID) {
                return Optional.empty();
            }
            return Optional.of(
                    wanted.length() > LONGEST_ID
                            ? "%s: must have at most %d characters, not %d"
                                    .formatted(field, LONGEST_ID, wanted.length())
                            : "key: must equal %s '%s', not %s"
                                    .formatted(field, wanted, shown(key)));
        };
    }

    /** The key, where there is one, is as short as an id. */
    public static <T> RecordRule<T> shortOrNone() {
        return (key, record) ->
                key == null || key.length() <= LONGEST_ID
                        ? Optional.empty()
                        : Optional.of(
                                "key: must have at most %d characters, not %d"
                                        .formatted(LONGEST_ID, key.length()));
    }

    public static <T> RecordRule<T> none() {
        return (key, record) -> Optional.empty();
    }

    private static String shown(String key) {
        return key == null ? "be empty" : "'" + RecordRules.abbreviated(key, LONGEST_ID) + "'";
    }
}
