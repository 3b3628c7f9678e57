package io.langevin.operations.workflow;

import io.langevin.messaging.rules.JobStages;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.records.Cancellation;
import io.langevin.records.JobKind;
import io.langevin.records.JobStage;
import io.langevin.records.JobState;
import io.langevin.records.JobStatus;
import io.langevin.records.JudgingData;
import io.langevin.records.PublishingJob;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.RunEvent;
import io.langevin.records.ScheduleJob;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * The rules of a run: what an event makes of it, and what is asked for next. A result that does not
 * fit the stage of its run (a repeat, a late one, one of another run) changes nothing. Nothing here
 * knows of Kafka or of the time.
 */
final class RunRules {
    private static final int LONGEST_DETAIL = 8_000;
    private static final int LONGEST_MODEL = 100;

    private final String id;
    private final Instant at;
    private final Instant now;
    private final List<SpecificRecord> sent = new ArrayList<>();
    private Optional<RetrainingRun> next = Optional.empty();

    /**
     * What comes of an event.
     *
     * @param run as it is from now on; empty: as it was
     * @param sent jobs and states, in their order
     */
    record Step(Optional<RetrainingRun> run, List<SpecificRecord> sent) {}

    private RunRules(String id, Instant at, Instant now) {
        this.id = id;
        this.at = at;
        this.now = now;
    }

    /**
     * @param id the key of the event
     * @param run null where none of that id is known
     * @param at when the event came
     */
    static Step of(String id, RetrainingRun run, RunEvent event, Instant at, Instant now) {
        var rules = new RunRules(id, at, now);
        rules.happened(event, run);
        return new Step(rules.next, List.copyOf(rules.sent));
    }

    /** What comes of an event that cannot be followed because of a fault of this program. */
    static Step defect(String id, RetrainingRun run, Throwable why, Instant at, Instant now) {
        var rules = new RunRules(id, at, now);
        if (run == null) {
            rules.refused("", "defect: " + why);
        } else if (!isEnded(run)) {
            rules.move(run, JobStage.FAILED, "defect: " + why);
        }
        return new Step(rules.next, List.copyOf(rules.sent));
    }

    static boolean isEnded(RetrainingRun run) {
        return JobStages.isEnd(run.getStage());
    }

    private void happened(RunEvent happening, RetrainingRun run) {
        Object event = happening.getEvent();
        if (event instanceof RetrainingRequest request) {
            if (run != null) {
                return;
            }
            if (happening.getRefused() == null) {
                asked(request);
            } else {
                refused(request.getModel(), happening.getRefused());
            }
        } else if (run == null || isEnded(run)) {
            return;
        } else if (event instanceof ScheduleResult result) {
            scheduled(run, result);
        } else if (event instanceof TrainingResult result) {
            trained(run, result);
        } else if (event instanceof PublishingResult result) {
            published(run, result);
        } else if (event instanceof Cancellation cancellation) {
            cancelled(run, cancellation.getReason());
        }
    }

    /** Whether a checkpoint was published is known to its publisher alone, who answers. */
    private void cancelled(RetrainingRun run, String reason) {
        if (run.getStage() == JobStage.PUBLISHING) {
            state(run, JobStage.PUBLISHING, "asked to stop, unless it is published by now");
        } else {
            move(run, JobStage.CANCELLED, reason.isEmpty() ? "cancelled" : reason);
        }
    }

    /** Nothing is kept of it: a request of that id that can be followed may come yet. */
    private void refused(String model, String reason) {
        state(
                RetrainingRun.newBuilder()
                        .setRequest(
                                RetrainingRequest.newBuilder().setRunId(id).setModel(model).build())
                        .setStage(JobStage.FAILED)
                        .setRequestedAt(at)
                        .build(),
                JobStage.FAILED,
                reason);
    }

    private void asked(RetrainingRequest asked) {
        RetrainingRun run =
                RetrainingRun.newBuilder()
                        .setRequest(asked)
                        .setStage(JobStage.WAITING)
                        .setRequestedAt(at)
                        .build();
        RetrainingRequest request;
        try {
            request = RetrainingPresets.applied(asked);
            RetrainingRules.check(request, id);
            run = RetrainingRun.newBuilder(run).setRequest(request).build();
        } catch (RejectedException e) {
            move(withoutContent(run), JobStage.FAILED, e.getMessage());
            return;
        }
        sent.add(
                ScheduleJob.newBuilder()
                        .setRunId(request.getRunId())
                        .setDataset(request.getDataset())
                        .setImageSize(request.getImageSize())
                        .setChannels(request.getChannels())
                        .setParameters(request.getSchedule())
                        .build());
        move(
                run,
                JobStage.SCHEDULING,
                request.getPolicy() == null
                        ? ""
                        : "asked by the rule %s: %s"
                                .formatted(request.getPolicy(), request.getCause()));
    }

    /** What cannot be followed can be of any size: its id and its model are kept. */
    private static RetrainingRun withoutContent(RetrainingRun run) {
        return RetrainingRun.newBuilder(run)
                .setRequest(
                        RetrainingRequest.newBuilder()
                                .setRunId(run.getRequest().getRunId())
                                .setModel(run.getRequest().getModel())
                                .build())
                .build();
    }

    private void scheduled(RetrainingRun run, ScheduleResult result) {
        if (run.getStage() != JobStage.SCHEDULING
                || ended(run, result.getStatus(), result.getReason())) {
            return;
        }
        if (result.getSigmas().isEmpty()) {
            move(run, JobStage.FAILED, "sigmas: a schedule must have at least one, not none");
            return;
        }
        RetrainingRequest request = run.getRequest();
        sent.add(
                TrainingJob.newBuilder()
                        .setRunId(request.getRunId())
                        .setModel(request.getModel())
                        .setDataset(dataset(request, result))
                        .setDatasetFingerprint(result.getDatasetFingerprint())
                        .setImageSize(request.getImageSize())
                        .setChannels(result.getChannels())
                        .setNetwork(request.getNetwork())
                        .setTraining(request.getTraining())
                        .setSigmas(result.getSigmas())
                        .setStepsPerLevel(result.getStepsPerLevel())
                        .setEpsilon(result.getEpsilon())
                        .setDenoise(result.getDenoise())
                        .setScheduleId(result.getScheduleId())
                        .build());
        next =
                Optional.of(
                        RetrainingRun.newBuilder(run)
                                .setSchedule(result)
                                .setStage(JobStage.TRAINING)
                                .build());
        // others may be trained before it: BegunTrainings says when its own turn has come
        state(
                run,
                JobStage.WAITING,
                "queued for training: σ₁ %.4g, %d levels, %d images%s"
                        .formatted(
                                result.getSigmas().get(0),
                                result.getSigmas().size(),
                                result.getImages(),
                                result.getLeftOut().isEmpty()
                                        ? ""
                                        : "; left out: " + String.join("; ", result.getLeftOut())));
    }

    private void trained(RetrainingRun run, TrainingResult result) {
        if (run.getStage() != JobStage.TRAINING
                || ended(run, result.getStatus(), result.getReason())) {
            return;
        }
        sent.add(
                PublishingJob.newBuilder()
                        .setRunId(run.getRequest().getRunId())
                        .setModel(run.getRequest().getModel())
                        .setCandidates(result.getCandidates())
                        .setScheduleId(run.getSchedule().getScheduleId())
                        .setRequestedAt(run.getRequestedAt())
                        .setData(judgingData(run))
                        .setPromotion(run.getRequest().getPromotion())
                        .build());
        move(run, JobStage.PUBLISHING, "%d iterations".formatted(result.getIterations()));
    }

    private void published(RetrainingRun run, PublishingResult result) {
        if (run.getStage() != JobStage.PUBLISHING
                || ended(run, result.getStatus(), result.getReason())) {
            return;
        }
        String what = result.getPromoted() ? "checkpoint " : "candidate ";
        String why = result.getDetail().isEmpty() ? "" : ": " + result.getDetail();
        move(run, JobStage.COMPLETED, what + result.getCheckpoint() + why);
    }

    /** The version that the schedule was made from: a topic has more images by now. */
    private static String dataset(RetrainingRequest request, ScheduleResult schedule) {
        return schedule.getDataset().isEmpty() ? request.getDataset() : schedule.getDataset();
    }

    private static JudgingData judgingData(RetrainingRun run) {
        ScheduleResult schedule = run.getSchedule();
        return JudgingData.newBuilder()
                .setDataset(dataset(run.getRequest(), schedule))
                .setDatasetFingerprint(schedule.getDatasetFingerprint())
                .setImageSize(run.getRequest().getImageSize())
                .setChannels(schedule.getChannels())
                .setHeldOut(run.getRequest().getTraining().getHeldOut())
                .build();
    }

    /** Whether a service gave the run up. */
    private boolean ended(RetrainingRun run, JobStatus status, String reason) {
        return switch (status) {
            case COMPLETED -> false;
            case FAILED -> {
                move(run, JobStage.FAILED, reason);
                yield true;
            }
            case CANCELLED -> {
                move(run, JobStage.CANCELLED, reason);
                yield true;
            }
        };
    }

    private void move(RetrainingRun run, JobStage stage, String detail) {
        next = Optional.of(RetrainingRun.newBuilder(run).setStage(stage).build());
        state(run, stage, detail);
    }

    private void state(RetrainingRun run, JobStage stage, String detail) {
        sent.add(
                JobState.newBuilder()
                        .setId(id)
                        .setKind(JobKind.RETRAINING)
                        .setStage(stage)
                        .setModel(
                                RecordRules.abbreviated(run.getRequest().getModel(), LONGEST_MODEL))
                        .setDetail(RecordRules.abbreviated(detail, LONGEST_DETAIL))
                        .setRequestedAt(run.getRequestedAt())
                        .setPolicy(run.getRequest().getPolicy())
                        .setUpdatedAt(now)
                        .build());
    }
}
