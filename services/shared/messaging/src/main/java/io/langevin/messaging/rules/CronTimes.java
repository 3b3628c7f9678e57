package io.langevin.messaging.rules;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;

/** The times of a line of cron: minute, hour, day of the month, month, day of the week; UTC. */
public final class CronTimes {
    private static final int LONGEST = 100;

    private final ExecutionTime times;

    private CronTimes(ExecutionTime times) {
        this.times = times;
    }

    /**
     * @throws RejectedException where it is no line of cron
     */
    public static CronTimes parse(String line) {
        if (line.length() > LONGEST) {
            throw refused(line, "has %d characters".formatted(line.length()));
        }
        if (!line.matches("[0-9A-Za-z*,/ -]*")) {
            throw refused(line, "has other characters than letters, digits, '*', ',', '-' and '/'");
        }
        try {
            var definition = CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX);
            return new CronTimes(
                    ExecutionTime.forCron(new CronParser(definition).parse(line).validate()));
        } catch (RuntimeException e) { // its parser throws what it likes
            throw refused(line, e.getMessage());
        }
    }

    private static RejectedException refused(String line, String why) {
        return new RejectedException(
                "cron: must be five fields such as '0 3 * * *', not '%s': %s"
                        .formatted(
                                RecordRules.abbreviated(line, LONGEST),
                                RecordRules.abbreviated(String.valueOf(why), LONGEST)));
    }

    /** The first time behind this one; empty where there is none for years. */
    public Optional<Instant> after(Instant time) {
        return times.nextExecution(time.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toInstant);
    }
}
