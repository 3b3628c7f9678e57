package io.langevin.score;

import io.langevin.noise.SamplingPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A plan as text in a checkpoint: σ₀ of the start, then for every row σ, a, b, c, d, the weights of
 * what it keeps and the factor of f, with blanks between. Numbers come back bit by bit.
 */
final class PlanText {
    private static final int NUMBERS_OF_A_ROW = 8;

    /** A searched plan has a dozen rows. */
    static final int MOST_ROWS = 256;

    private static final int LONGEST = 1 << 16;
    private static final int LONGEST_SHOWN = 40;

    private static final String PREFIX = "plan.";

    private PlanText() {}

    static String of(SamplingPlan plan) {
        return Stream.concat(
                        Stream.of(plan.initialNoise()),
                        plan.rows().stream().flatMap(row -> numbers(row).boxed()))
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    private static DoubleStream numbers(SamplingPlan.Row row) {
        return DoubleStream.of(
                row.sigma(),
                row.a(),
                row.b(),
                row.c(),
                row.d(),
                row.keepX(),
                row.keepF(),
                row.scale());
    }

    /**
     * @param name of the text, for messages
     * @throws IllegalArgumentException where the text is no plan
     */
    static SamplingPlan plan(String name, String text) {
        try {
            if (text.length() > LONGEST) {
                throw new IllegalArgumentException(
                        "must have at most %d characters, not %d"
                                .formatted(LONGEST, text.length()));
            }
            double[] numbers =
                    Arrays.stream(text.split(" ")).mapToDouble(PlanText::number).toArray();
            if (numbers.length % NUMBERS_OF_A_ROW != 1) {
                throw new IllegalArgumentException(
                        "must be 1 + %d·rows numbers, not %d"
                                .formatted(NUMBERS_OF_A_ROW, numbers.length));
            }
            List<SamplingPlan.Row> rows = new ArrayList<>();
            for (int i = 1; i < numbers.length; i += NUMBERS_OF_A_ROW) {
                double[] n = Arrays.copyOfRange(numbers, i, i + NUMBERS_OF_A_ROW);
                rows.add(new SamplingPlan.Row(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]));
            }
            return new SamplingPlan(numbers[0], rows);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(shown(name), e.getMessage()), e);
        }
    }

    private static double number(String word) {
        try {
            return Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be numbers, not '" + shown(word) + "'", e);
        }
    }

    private static String shown(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }

    /** Writes a plan under the number of its evaluations. */
    static void put(SamplingPlan plan, Map<String, String> metadata) {
        metadata.put(PREFIX + plan.networkEvaluations(), of(plan));
    }

    /**
     * Reads every plan, the fewest evaluations first.
     *
     * @throws IllegalArgumentException where one is none
     */
    static List<SamplingPlan> plans(Map<String, String> metadata) {
        return metadata.keySet().stream()
                .filter(name -> name.startsWith(PREFIX))
                .map(name -> named(name, metadata.get(name)))
                .sorted(Comparator.comparingInt(SamplingPlan::networkEvaluations))
                .toList();
    }

    private static SamplingPlan named(String name, String text) {
        SamplingPlan plan = plan(name, text);
        if (!name.equals(PREFIX + plan.networkEvaluations())) {
            throw new IllegalArgumentException(
                    "plan: must be named %s%d after its rows, not '%s'"
                            .formatted(PREFIX, plan.networkEvaluations(), shown(name)));
        }
        return plan;
    }
}
