package io.langevin.noise;

import io.langevin.noise.SamplingPlan.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan around DPM-Solver++(2M) whose numbers are free: {@link #SOLVER} is {@link DpmSolver#sde}
 * itself. A good one for few evaluations is searched for (Sabour et al. 2024, arXiv 2404.14507,
 * search for the scales; Frankel et al. 2025, arXiv 2502.17423, for the weights too). What goes
 * from one number at the first move to another at the last does so evenly.
 *
 * @param rho the scales' ρ-th roots are evenly spaced, at least 1
 * @param end the last scale, from which the last row removes all noise, as a multiple of σ_L
 * @param firstEta η at the first move: 1 replaces the noise that it removes, 0 adds none
 * @param lastEta η at the last move
 * @param firstScale the factor of f at the first move, as in {@link SamplingPlan#scaled}
 * @param lastScale the factor of f at the last move and in the last row
 * @param slope how much of the estimate's change since the row before is carried on; 1 for all
 */
public record PlanShape(
        double rho,
        double end,
        double firstEta,
        double lastEta,
        double firstScale,
        double lastScale,
        double slope) {
    /** The solver that a search begins with. */
    public static final PlanShape SOLVER = new PlanShape(7, 1, 1, 1, 1, 1, 1);

    public PlanShape {
        boolean possible =
                rho >= 1
                        && rho <= 100
                        && end > 0
                        && firstEta >= 0
                        && lastEta >= 0
                        && firstScale > 0
                        && lastScale > 0
                        && Double.isFinite(
                                end + firstEta + lastEta + firstScale + lastScale + slope);
        if (!possible) {
            throw new IllegalArgumentException(
                    "shape: must have ρ of 1 to 100, an end and scales above 0 and η of at least 0,"
                            + " not %s, %s, %s, %s, %s, %s, %s"
                                    .formatted(
                                            rho,
                                            end,
                                            firstEta,
                                            lastEta,
                                            firstScale,
                                            lastScale,
                                            slope));
        }
    }

    /**
     * The plan for a schedule.
     *
     * @param evaluations at least 2
     * @throws IllegalArgumentException where there are fewer, or the last scale is no smaller than
     *     the first
     */
    public SamplingPlan plan(NoiseSchedule schedule, int evaluations) {
        int moves = Budget.checkedMoves(evaluations, true);
        NoiseSchedule scales =
                NoiseSchedule.rooted(schedule.largest(), end * schedule.smallest(), moves + 1, rho);
        List<Row> rows = new ArrayList<>();
        double before = 0; // h of the row before
        for (int i = 0; i < moves; i++) {
            double part = moves == 1 ? 0 : (double) i / (moves - 1);
            double eta = firstEta + part * (lastEta - firstEta);
            double scale = firstScale + part * (lastScale - firstScale);
            double h = Math.log(scales.sigma(i) / scales.sigma(i + 1));
            double carried = i == 0 ? 0 : slope * h / (2 * before);
            Row row = DpmSolver.row(scales.sigma(i), scales.sigma(i + 1), h, carried, eta);
            rows.add(row.scaled(scale));
            before = h;
        }
        rows.add(Row.denoising(scales.smallest()).scaled(lastScale));
        return new SamplingPlan(scales.largest(), rows);
    }
}
