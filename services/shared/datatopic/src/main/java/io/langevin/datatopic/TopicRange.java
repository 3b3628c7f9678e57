package io.langevin.datatopic;

import io.langevin.datasets.DatasetException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A data set that is a topic, and which of its records: a version of it, since nothing that is
 * written changes.
 *
 * @param name the key of its images
 * @param begin the first offset; empty: that of the oldest record
 * @param end the offset behind the last one; empty: that of now
 */
public record TopicRange(String name, OptionalLong begin, OptionalLong end) {
    /** What names of such data sets begin with. */
    public static final String PREFIX = "topic:";

    private static final Pattern FORM =
            Pattern.compile("topic:([A-Za-z0-9_][A-Za-z0-9._-]{0,99})(@(\\d{1,18})-(\\d{1,18}))?");

    /** The whole of a data set. */
    public static TopicRange whole(String name) {
        return new TopicRange(name, OptionalLong.empty(), OptionalLong.empty());
    }

    /**
     * Reads topic:NAME and topic:NAME@BEGIN-END.
     *
     * @return empty where it names a data set of another kind
     * @throws DatasetException where it begins as these do and goes on differently
     */
    public static Optional<TopicRange> parse(String dataset) {
        if (!dataset.startsWith(PREFIX)) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(dataset);
        if (!form.matches()) {
            throw new DatasetException(
                    "dataset: must be topic:NAME or topic:NAME@BEGIN-END, not '%s'"
                            .formatted(dataset));
        }
        if (form.group(2) == null) {
            return Optional.of(whole(form.group(1)));
        }
        long begin = Long.parseLong(form.group(3));
        long end = Long.parseLong(form.group(4));
        if (end <= begin) {
            throw new DatasetException(
                    "dataset: must end behind its begin, not at %d of '%s'"
                            .formatted(end, dataset));
        }
        return Optional.of(
                new TopicRange(form.group(1), OptionalLong.of(begin), OptionalLong.of(end)));
    }

    @Override
    public String toString() {
        return PREFIX
                + name
                + (end.isEmpty() ? "" : "@%d-%d".formatted(begin.orElse(0), end.getAsLong()));
    }
}
