package io.langevin.cli;

import io.langevin.messaging.rules.RejectedException;
import java.util.Arrays;
import java.util.Locale;

/** Constants of records as people type them: lower case, words joined by hyphens. */
final class EnumOption {
    private EnumOption() {}

    /**
     * @param option for the message
     * @param typed null: {@code otherwise}
     */
    static <E extends Enum<E>> E parse(String option, Class<E> type, String typed, E otherwise) {
        if (typed == null) {
            return otherwise;
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> typed(constant).equals(typed.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new RejectedException(
                                        "%s: must be one of %s, not '%s'"
                                                .formatted(
                                                        option,
                                                        Arrays.stream(type.getEnumConstants())
                                                                .map(EnumOption::typed)
                                                                .toList(),
                                                        typed)));
    }

    private static String typed(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
