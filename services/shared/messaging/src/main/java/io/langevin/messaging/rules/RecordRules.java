package io.langevin.messaging.rules;

import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Rules that records of several topics share. Each refusal names the field, the rule, the value.
 */
public final class RecordRules {
    private static final Pattern UUID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern ARTIFACT = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

    private static final int LONGEST_LABELS = 16_384;

    private RecordRules() {}

    /**
     * @throws RejectedException where {@code holds} is false: "field: must rule, not value"
     */
    public static void require(boolean holds, String field, String rule, Object value) {
        if (!holds) {
            throw new RejectedException(
                    "%s: must %s, not %s"
                            .formatted(field, rule, abbreviated(String.valueOf(value), 100)));
        }
    }

    /**
     * @throws RejectedException where the number lies outside
     */
    public static void between(String field, long value, long least, long most) {
        require(
                value >= least && value <= most,
                field,
                "be %d to %d".formatted(least, most),
                value);
    }

    /**
     * @throws RejectedException where the number is smaller
     */
    public static void atLeast(String field, long value, long least) {
        require(value >= least, field, "be at least " + least, value);
    }

    /**
     * @throws RejectedException where the number is not above 0, or is larger than {@code most}
     */
    public static void positive(String field, double value, int most) {
        require(value > 0 && value <= most, field, "be above 0 and at most " + most, value);
    }

    /**
     * @throws RejectedException where the number is not above 0, or is 1 or more
     */
    public static void fraction(String field, double value) {
        require(value > 0 && value < 1, field, "be above 0 and below 1", value);
    }

    /**
     * @throws RejectedException where the text is none of these
     */
    public static void oneOf(String field, String value, Collection<String> known) {
        require(known.contains(value), field, "be one of " + known, quoted(value));
    }

    /**
     * @throws RejectedException where the text is no id of a request or a run
     */
    public static void requireId(String field, String value) {
        require(isId(value), field, "be a UUID in its usual text form", quoted(value));
    }

    /** A record's id is also its key, so that it stays with what belongs to it. */
    public static void requireIdIsKey(String field, String value, String key) {
        requireId(field, value);
        require(value.equals(key), field, "equal the key of its record", value);
    }

    /** Free text is handed back with every answer: not without end. */
    public static void requireLabels(Map<String, String> labels) {
        long characters =
                labels.entrySet().stream()
                        .mapToLong(label -> label.getKey().length() + label.getValue().length())
                        .sum();
        require(
                characters <= LONGEST_LABELS,
                "labels",
                "have at most %d characters together".formatted(LONGEST_LABELS),
                characters);
    }

    /** Whether a model can have this name. */
    public static boolean isModelName(String value) {
        return value != null && MODEL.matcher(value).matches();
    }

    /**
     * @throws RejectedException where no model can have this name
     */
    public static void requireModelName(String value) {
        require(
                isModelName(value),
                "model",
                "be 1 to 100 letters, digits, '.', '_' or '-'",
                quoted(value));
    }

    /**
     * @param value artifact id, or null for none
     * @throws RejectedException where no artifact can have this id
     */
    public static void requireArtifact(String field, String value) {
        require(
                value == null || ARTIFACT.matcher(value).matches(),
                field,
                "be 64 lower-case hexadecimal digits (SHA-256)",
                quoted(value));
    }

    public static boolean isId(String value) {
        return value != null && UUID.matcher(value).matches();
    }

    /** The text, or as many of its first characters and an ellipsis. */
    public static String abbreviated(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }

    private static String quoted(String value) {
        return "'" + value + "'";
    }
}
