package io.langevin.operations.workflow;

import io.langevin.records.Candidate;
import io.langevin.records.JudgingData;
import io.langevin.records.JudgingJob;
import io.langevin.records.PublishingJob;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingResult;

/** What a run asks of each service. */
final class RunJobs {
    private RunJobs() {}

    static ScheduleJob schedule(RetrainingRequest request) {
        return ScheduleJob.newBuilder()
                .setRunId(request.getRunId())
                .setDataset(request.getDataset())
                .setImageSize(request.getImageSize())
                .setChannels(request.getChannels())
                .setParameters(request.getSchedule())
                .build();
    }

    /** The training of a run that has its schedule. */
    static TrainingJob training(RetrainingRun run) {
        RetrainingRequest request = run.getRequest();
        ScheduleResult schedule = run.getSchedule();
        return TrainingJob.newBuilder()
                .setRunId(request.getRunId())
                .setModel(request.getModel())
                .setDataset(dataset(run))
                .setDatasetFingerprint(schedule.getDatasetFingerprint())
                .setImageSize(request.getImageSize())
                .setChannels(schedule.getChannels())
                .setNetwork(request.getNetwork())
                .setTraining(request.getTraining())
                .setSigmas(schedule.getSigmas())
                .setStepsPerLevel(schedule.getStepsPerLevel())
                .setEpsilon(schedule.getEpsilon())
                .setDenoise(schedule.getDenoise())
                .setScheduleId(schedule.getScheduleId())
                .setRound(run.getRound())
                .setSnapshot(run.getSnapshot())
                .build();
    }

    static PublishingJob publishing(RetrainingRun run, TrainingResult trained) {
        return PublishingJob.newBuilder()
                .setRunId(run.getRequest().getRunId())
                .setModel(run.getRequest().getModel())
                .setCandidates(trained.getCandidates())
                .setScheduleId(run.getSchedule().getScheduleId())
                .setRequestedAt(run.getRequestedAt())
                .setData(judgingData(run))
                .setPromotion(run.getRequest().getPromotion())
                .build();
    }

    /** The judging of a candidate of a run that is in training. */
    static JudgingJob judging(RetrainingRun run, Candidate candidate) {
        return JudgingJob.newBuilder()
                .setRunId(run.getRequest().getRunId())
                .setModel(run.getRequest().getModel())
                .setCandidate(candidate)
                .setData(judgingData(run))
                .setPromotion(run.getRequest().getPromotion())
                .build();
    }

    private static JudgingData judgingData(RetrainingRun run) {
        ScheduleResult schedule = run.getSchedule();
        return JudgingData.newBuilder()
                .setDataset(dataset(run))
                .setDatasetFingerprint(schedule.getDatasetFingerprint())
                .setImageSize(run.getRequest().getImageSize())
                .setChannels(schedule.getChannels())
                .setHeldOut(run.getRequest().getTraining().getHeldOut())
                .build();
    }

    /** The version that the schedule was made from: a topic has more images by now. */
    private static String dataset(RetrainingRun run) {
        String read = run.getSchedule().getDataset();
        return read.isEmpty() ? run.getRequest().getDataset() : read;
    }
}
