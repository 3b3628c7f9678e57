package io.langevin.cli;

import static io.langevin.messaging.Topics.SCHEDULE_JOBS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.process.Inert;
import io.langevin.records.JobStatus;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleParameters;
import io.langevin.records.ScheduleResult;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Publishes a schedule job and shows the schedule. */
@Command(
        name = "schedule",
        description = "Compute the noise schedule of a data set (Techniques 1, 2 and 4).")
final class ScheduleCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Option(names = "--dataset", required = true, description = "Name of the data set.")
    String dataset;

    @Option(names = "--size", required = true, description = "Height and width in pixels.")
    int size;

    @Option(
            names = "--overlap",
            paramLabel = "C",
            defaultValue = "0.567",
            description = "Overlap of neighbouring noise shells (default: ${DEFAULT-VALUE}).")
    double overlap;

    @Option(
            names = "--steps-per-level",
            paramLabel = "T",
            defaultValue = "5",
            description = "Langevin steps at each level (default: ${DEFAULT-VALUE}).")
    int stepsPerLevel;

    @Override
    public Integer call() throws InterruptedException {
        RetrainingRules.requireDataset(dataset);
        require(size >= 1 && size <= 1024, "--size", "be 1 to 1024 pixels", size);
        require(overlap > 0 && overlap < 1, "--overlap", "be above 0 and below 1", overlap);
        between("--steps-per-level", stepsPerLevel, 1, 10_000);
        String runId = UUID.randomUUID().toString();
        ScheduleJob job =
                ScheduleJob.newBuilder()
                        .setRunId(runId)
                        .setDataset(dataset)
                        .setImageSize(size)
                        .setParameters(
                                ScheduleParameters.newBuilder()
                                        .setOverlap(overlap)
                                        .setStepsPerLevel(stepsPerLevel)
                                        .build())
                        .build();
        try (PlatformClient platform = connection.platform()) {
            print(
                    platform.ask(
                            SCHEDULE_JOBS,
                            runId,
                            job,
                            SCHEDULE_RESULTS,
                            "the schedule service",
                            "run %s goes on all the same; see whether the service is running, or give it more --patience"
                                    .formatted(runId)));
        }
        return 0;
    }

    private static void print(ScheduleResult result) {
        if (result.getStatus() != JobStatus.COMPLETED) {
            throw new CommandFailure("no schedule: " + Inert.text(result.getReason()));
        }
        List<Double> sigmas = result.getSigmas();
        int levels = sigmas.size();
        System.out.printf(
                """
                images            %d (%d left out)
                σ₁                %.6f   the largest distance between two of them
                median distance   %.6f
                σ_L               %.4g
                levels L          %d
                ratio γ           %.8f
                steps a level T   %d
                step size ε       %.4g   s_T²/σ² = %.4f at the end of a level
                schedule          %s, computed in %.2f s
                """,
                result.getImages(),
                result.getSkippedImages(),
                sigmas.get(0),
                result.getMedianDistance(),
                sigmas.get(levels - 1),
                levels,
                Math.exp(Math.log(sigmas.get(0) / sigmas.get(levels - 1)) / (levels - 1)),
                result.getStepsPerLevel(),
                result.getEpsilon(),
                result.getVarianceRatio(),
                result.getScheduleId(),
                result.getSeconds());
    }
}
