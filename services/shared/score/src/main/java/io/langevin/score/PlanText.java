package io.langevin.score;

import io.langevin.noise.SamplingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A plan as text in a checkpoint: σ₀ of the start, then for every row σ, a, b, c, d and the weights
 * of what it keeps, with blanks between. Numbers come back bit by bit.
 */
final class PlanText {
    private static final int NUMBERS_OF_A_ROW = 7;

    /** About 300 rows; a searched plan has a dozen. */
    private static final int LONGEST = 1 << 16;

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
                row.sigma(), row.a(), row.b(), row.c(), row.d(), row.keepX(), row.keepF());
    }

    /**
     * @param name of the text, for messages
     * @throws IllegalArgumentException where the text is no plan
     */
    static SamplingPlan plan(String name, String text) {
        try {
            String[] words = text.length() <= LONGEST ? text.split(" ") : new String[0];
            if (words.length % NUMBERS_OF_A_ROW != 1) {
                throw new IllegalArgumentException(
                        "must be 1 + 7·rows numbers, not " + words.length);
            }
            List<SamplingPlan.Row> rows = new ArrayList<>();
            for (int i = 1; i < words.length; i += NUMBERS_OF_A_ROW) {
                double[] n = new double[NUMBERS_OF_A_ROW];
                for (int k = 0; k < n.length; k++) {
                    n[k] = Double.parseDouble(words[i + k]);
                }
                rows.add(new SamplingPlan.Row(n[0], n[1], n[2], n[3], n[4], n[5], n[6]));
            }
            return new SamplingPlan(Double.parseDouble(words[0]), rows);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(name, e.getMessage()), e);
        }
    }
}
