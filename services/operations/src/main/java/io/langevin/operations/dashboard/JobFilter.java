package io.langevin.operations.dashboard;

import static io.langevin.messaging.rules.RecordRules.require;

import io.javalin.http.Context;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of the requests and runs are listed.
 *
 * @param text that id, model or detail has, in lower case
 * @param after where the last list ended
 */
record JobFilter(
        Optional<JobKind> kind,
        Optional<JobStage> stage,
        Optional<String> model,
        Optional<String> text,
        Optional<Place> after) {
    private static final Pattern CURSOR = Pattern.compile("(-?\\d{1,18})-([0-9a-fA-F-]{36})");

    /** Where a job stands among those that are sorted by when they changed. */
    private record Place(Instant updatedAt, String id) {}

    /**
     * By the parameters of a request.
     *
     * @throws io.langevin.messaging.rules.RejectedException which parameter, which rule, which
     *     value
     */
    static JobFilter of(Context ctx) {
        return new JobFilter(
                symbol(ctx, "kind", JobKind.values()),
                symbol(ctx, "stage", JobStage.values()),
                parameter(ctx, "model"),
                parameter(ctx, "q").map(text -> text.toLowerCase(Locale.ROOT)),
                parameter(ctx, "after").map(JobFilter::place));
    }

    /** What {@code after} has to be for the list that begins behind a job. */
    static String cursor(JobState state) {
        return state.getUpdatedAt().toEpochMilli() + "-" + state.getId();
    }

    private static Place place(String cursor) {
        Matcher form = CURSOR.matcher(cursor);
        require(form.matches(), "after", "be what 'next' of another list was", cursor);
        return new Place(Instant.ofEpochMilli(Long.parseLong(form.group(1))), form.group(2));
    }

    private static Optional<String> parameter(Context ctx, String name) {
        return Optional.ofNullable(ctx.queryParam(name)).filter(text -> !text.isEmpty());
    }

    private static <E extends Enum<E>> Optional<E> symbol(Context ctx, String name, E[] values) {
        Optional<String> text = parameter(ctx, name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = Arrays.stream(values).map(Enum::name).toList();
        require(names.contains(text.get()), name, "be one of " + names, text.get());
        return Optional.of(values[names.indexOf(text.get())]);
    }

    boolean takes(JobState state) {
        return kind.filter(wanted -> wanted != state.getKind()).isEmpty()
                && stage.filter(wanted -> wanted != state.getStage()).isEmpty()
                && model.filter(wanted -> !wanted.equals(state.getModel())).isEmpty()
                && text.filter(wanted -> !has(state, wanted)).isEmpty()
                && after.filter(place -> !isBehind(state, place)).isEmpty();
    }

    private static boolean has(JobState state, String text) {
        return (state.getId() + " " + state.getModel() + " " + state.getDetail())
                .toLowerCase(Locale.ROOT)
                .contains(text);
    }

    /** Newest first; where two changed in the same moment, by their ids. */
    private static boolean isBehind(JobState state, Place place) {
        int order = place.updatedAt().compareTo(state.getUpdatedAt());
        return order > 0 || order == 0 && state.getId().compareTo(place.id()) > 0;
    }
}
