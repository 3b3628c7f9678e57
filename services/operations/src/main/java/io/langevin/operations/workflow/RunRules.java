package io.langevin.operations.workflow;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.messaging.rules.JobStages;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.records.Cancellation;
import io.langevin.records.JobStage;
import io.langevin.records.JobStatus;
import io.langevin.records.Meanwhile;
import io.langevin.records.PublishingResult;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.RetrainingRun;
import io.langevin.records.RunEvent;
import io.langevin.records.RunOrder;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;

/**
 * The rules of a run: what an event makes of it, and what is asked for next. A result that does not
 * fit the stage of its run (a repeat, a late one, one of another run) changes nothing. Nothing here
 * knows of Kafka or of the time.
 */
final class RunRules {
    private final String id;
    private final Supplier<List<String>> others;
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

    private RunRules(String id, Supplier<List<String>> others, Instant at, Instant now) {
        this.id = id;
        this.others = others;
        this.at = at;
        this.now = now;
    }

    /**
     * @param id the key of the event
     * @param run null where none of that id is known
     * @param others runs of the same model that are under way
     * @param at when the event came
     */
    static Step of(
            String id,
            RetrainingRun run,
            RunEvent event,
            Supplier<List<String>> others,
            Instant at,
            Instant now) {
        var rules = new RunRules(id, others, at, now);
        rules.happened(event, run);
        return new Step(rules.next, List.copyOf(rules.sent));
    }

    /** What comes of an event that cannot be followed because of a fault of this program. */
    static Step defect(String id, RetrainingRun run, Throwable why, Instant at, Instant now) {
        var rules = new RunRules(id, List::of, at, now);
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
        } else if (event instanceof RunOrder order) {
            ordered(run, order);
        }
    }

    /**
     * A run pauses before or in its training: what comes before is short, what follows is asked.
     */
    private void ordered(RetrainingRun run, RunOrder order) {
        if (order.getPaused() == run.getPaused()) {
            return;
        }
        String why = order.getReason().isEmpty() ? "" : ": " + order.getReason();
        if (run.getStage() == JobStage.PUBLISHING) {
            state(run, JobStage.PUBLISHING, "cannot pause while its checkpoints are judged");
        } else if (order.getPaused()) {
            keep(RetrainingRun.newBuilder(run).setPaused(true).build(), "asked to pause" + why);
        } else if (run.getHeld()) {
            train(run, "goes on" + why);
        } else {
            keep(RetrainingRun.newBuilder(run).setPaused(false).build(), "goes on" + why);
        }
    }

    private void keep(RetrainingRun run, String detail) {
        next = Optional.of(run);
        state(run, run.getStage(), detail);
    }

    /** Asks for the training, again where it was paused. */
    private void train(RetrainingRun run, String detail) {
        RetrainingRun asked =
                RetrainingRun.newBuilder(run)
                        .setStage(JobStage.TRAINING)
                        .setPaused(false)
                        .setHeld(false)
                        .setRound(run.getHeld() ? run.getRound() + 1 : run.getRound())
                        .build();
        sent.add(RunJobs.training(asked));
        next = Optional.of(asked);
        // others may be trained before it: BegunTrainings says when its own turn has come
        state(asked, JobStage.WAITING, detail);
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
        state(RunStates.unknown(id, model, at), JobStage.FAILED, reason);
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
            settle(request);
            run = RetrainingRun.newBuilder(run).setRequest(request).build();
        } catch (RejectedException e) {
            move(RunStates.withoutContent(run), JobStage.FAILED, e.getMessage());
            return;
        }
        sent.add(RunJobs.schedule(request));
        move(
                run,
                JobStage.SCHEDULING,
                request.getPolicy() == null
                        ? ""
                        : "asked by the rule %s: %s"
                                .formatted(request.getPolicy(), request.getCause()));
    }

    /** Ends the other runs of the model, or refuses this one, where the request says so. */
    private void settle(RetrainingRequest request) {
        if (request.getMeanwhile() == Meanwhile.QUEUE) {
            return;
        }
        List<String> underWay = others.get();
        require(
                underWay.isEmpty() || request.getMeanwhile() == Meanwhile.REPLACE,
                "model",
                "have no other run under way where meanwhile is REJECT",
                underWay);
        for (String other : underWay) {
            sent.add(new Cancellation(other, "replaced by the run " + id, now));
        }
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
        RetrainingRun scheduled =
                RetrainingRun.newBuilder(run)
                        .setSchedule(result)
                        .setStage(JobStage.TRAINING)
                        .build();
        if (run.getPaused()) {
            keep(
                    RetrainingRun.newBuilder(scheduled).setHeld(true).build(),
                    "paused before its training");
            return;
        }
        train(scheduled, RunStates.queued(result));
    }

    private void trained(RetrainingRun run, TrainingResult result) {
        // a job of an earlier round may come back and be done beside the present one
        if (run.getStage() != JobStage.TRAINING || result.getRound() != run.getRound()) {
            return;
        }
        if (result.getStatus() == JobStatus.PAUSED) {
            paused(run, result);
            return;
        }
        if (ended(run, result.getStatus(), result.getReason())) {
            return;
        }
        RetrainingRun trained = RetrainingRun.newBuilder(run).setPaused(false).build();
        sent.add(RunJobs.publishing(trained, result));
        move(trained, JobStage.PUBLISHING, "%d iterations".formatted(result.getIterations()));
    }

    private void paused(RetrainingRun run, TrainingResult result) {
        if (run.getHeld()) {
            return;
        }
        String snapshot = result.getSnapshot() == null ? run.getSnapshot() : result.getSnapshot();
        RetrainingRun held =
                RetrainingRun.newBuilder(run).setHeld(true).setSnapshot(snapshot).build();
        if (run.getPaused()) {
            keep(held, result.getReason());
        } else {
            // whoever trains it heard of an order that this run has not, or not of its end
            sent.add(new RunOrder(id, false, "", now, false));
            train(held, "goes on");
        }
    }

    private void published(RetrainingRun run, PublishingResult result) {
        if (run.getStage() != JobStage.PUBLISHING
                || ended(run, result.getStatus(), result.getReason())) {
            return;
        }
        next = Optional.of(RetrainingRun.newBuilder(run).setStage(JobStage.COMPLETED).build());
        sent.add(RunStates.completed(run, result, now));
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
            case PAUSED -> {
                move(run, JobStage.FAILED, "status: must not be PAUSED but of a training");
                yield true;
            }
        };
    }

    private void move(RetrainingRun run, JobStage stage, String detail) {
        next = Optional.of(RetrainingRun.newBuilder(run).setStage(stage).build());
        state(run, stage, detail);
    }

    private void state(RetrainingRun run, JobStage stage, String detail) {
        sent.add(RunStates.of(run, stage, detail, now));
    }
}
