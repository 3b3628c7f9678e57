package io.langevin.operations;

import static io.langevin.messaging.RecordRules.require;
import static io.langevin.messaging.RecordRules.requireIdIsKey;
import static io.langevin.messaging.RecordRules.requireLabels;
import static io.langevin.messaging.RecordRules.requireModelName;

import io.langevin.records.RetrainingRequest;
import io.langevin.records.ScheduleParameters;
import io.langevin.records.TrainingParameters;

/**
 * What a retraining request may ask for, as far as it can be told without the data and without the
 * mathematics: the services check the rest.
 */
final class RetrainingRules {
    private RetrainingRules() {}

    /**
     * @param key of the record
     * @throws io.langevin.messaging.RejectedException which field, which rule, which value
     */
    static void check(RetrainingRequest request, String key) {
        requireIdIsKey("runId", request.getRunId(), key);
        requireModelName(request.getModel());
        requireLabels(request.getLabels());
        require(
                request.getImageSize() >= 1 && request.getImageSize() <= 1024,
                "imageSize",
                "be 1 to 1024 pixels",
                request.getImageSize());
        check(request.getTraining());
        check(request.getSchedule());
    }

    private static void check(TrainingParameters training) {
        require(
                training.getIterations() >= 1,
                "training.iterations",
                "be at least 1",
                training.getIterations());
        require(
                training.getBatchSize() >= 1 && training.getBatchSize() <= 4_096,
                "training.batchSize",
                "be 1 to 4096",
                training.getBatchSize());
        require(
                training.getLearningRate() > 0 && training.getLearningRate() <= 1,
                "training.learningRate",
                "be above 0 and at most 1",
                training.getLearningRate());
    }

    private static void check(ScheduleParameters schedule) {
        require(
                schedule.getSigmaEnd() > 0 && schedule.getSigmaEnd() < 1e6,
                "schedule.sigmaEnd",
                "be above 0",
                schedule.getSigmaEnd());
        require(
                schedule.getStepsPerLevel() >= 1 && schedule.getStepsPerLevel() <= 10_000,
                "schedule.stepsPerLevel",
                "be 1 to 10000",
                schedule.getStepsPerLevel());
    }
}
