package io.langevin.messaging.letters;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.Topic;
import io.langevin.messaging.Topics;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a dead letter lies: in text, {@code sampling.requests/0/17}.
 *
 * @param topic that the record was written to; its dead letters have a topic of their own
 * @param partition of the dead letters' topic
 * @param offset of the letter in it
 */
public record LetterId(Topic<?> topic, int partition, long offset) {
    private static final Pattern FORM = Pattern.compile("([a-z.]{1,60})/(\\d{1,4})/(\\d{1,18})");

    /**
     * @throws io.langevin.messaging.rules.RejectedException where the text names none
     */
    public static LetterId parse(String text) {
        Matcher form = FORM.matcher(text);
        require(
                form.matches(),
                "letter",
                "be TOPIC/PARTITION/OFFSET, such as sampling.requests/0/17",
                text);
        return new LetterId(
                topic(form.group(1)),
                Integer.parseInt(form.group(2)),
                Long.parseLong(form.group(3)));
    }

    /**
     * The platform's topic of this name, without the prefix.
     *
     * @throws io.langevin.messaging.rules.RejectedException where there is none
     */
    public static Topic<?> topic(String suffix) {
        var found =
                Topics.all().stream().filter(topic -> topic.suffix().equals(suffix)).findFirst();
        require(
                found.isPresent(),
                "topic",
                "be one of " + Topics.all().stream().map(Topic::suffix).toList(),
                suffix);
        return found.orElseThrow();
    }

    @Override
    public String toString() {
        return "%s/%d/%d".formatted(topic.suffix(), partition, offset);
    }
}
