package io.langevin.cli.models;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.Topics.SCHEDULE_RESULTS;
import static io.langevin.messaging.Topics.TRAINING_RESULTS;

import io.langevin.client.PlatformClient;
import io.langevin.messaging.text.FlatRecord;
import io.langevin.records.Candidate;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.ScheduleResult;
import io.langevin.records.TrainingResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where a checkpoint comes from, as the platform's topics tell it: from the models to the data. */
final class Lineage {
    private final PlatformClient platform;
    private final String checkpoint;
    private final Map<String, Map<String, String>> steps = new LinkedHashMap<>();

    private Lineage(PlatformClient platform, String checkpoint) {
        this.platform = platform;
        this.checkpoint = checkpoint;
    }

    /**
     * What is known of it, step by step: models, checkpoint, judgement, run, schedule, data. A step
     * that is no longer on its topic is not there.
     *
     * @param id artifact id of a checkpoint
     */
    static Map<String, Map<String, String>> of(PlatformClient platform, String id)
            throws InterruptedException {
        var lineage = new Lineage(platform, id);
        Optional<String> model = lineage.models();
        Optional<String> run = lineage.trained().or(() -> model);
        if (run.isPresent()) {
            lineage.run(run.get());
        }
        return lineage.steps;
    }

    /**
     * @return the run that made it, where a model says so
     */
    private Optional<String> models() throws InterruptedException {
        Map<String, String> models = new TreeMap<>();
        Optional<String> run = Optional.empty();
        for (PublishedCheckpoint model : platform.latest(MODEL_CHECKPOINTS).values()) {
            if (checkpoint.equals(model.getCheckpoint())) {
                models.put(model.getModel(), "serves since " + model.getPublishedAt());
                run = run.or(() -> Optional.ofNullable(model.getRunId()));
            }
            run = run.or(() -> other(models, model, "candidate", model.getCandidate()));
            run = run.or(() -> other(models, model, "had before", model.getPrevious()));
        }
        if (!models.isEmpty()) {
            steps.put("models", models);
        }
        return run;
    }

    private Optional<String> other(
            Map<String, String> models,
            PublishedCheckpoint model,
            String stands,
            OtherCheckpoint other) {
        if (other == null || !checkpoint.equals(other.getCheckpoint())) {
            return Optional.empty();
        }
        models.putIfAbsent(model.getModel(), stands);
        return Optional.ofNullable(other.getRunId());
    }

    /**
     * @return the run that proposed it
     */
    private Optional<String> trained() throws InterruptedException {
        for (TrainingResult result : platform.latest(TRAINING_RESULTS).values()) {
            for (Candidate candidate : result.getCandidates()) {
                if (checkpoint.equals(candidate.getCheckpoint())) {
                    steps.put("checkpoint", FlatRecord.fields(candidate));
                    return Optional.of(result.getRunId());
                }
            }
        }
        steps.put("checkpoint", Map.of("checkpoint", checkpoint));
        return Optional.empty();
    }

    private void run(String id) throws InterruptedException {
        Map<String, JudgedCheckpoint> judged = new TreeMap<>();
        platform.read(
                MODEL_JUDGEMENTS,
                (record, source) -> {
                    if (record != null
                            && id.equals(source.key())
                            && checkpoint.equals(record.getCheckpoint())) {
                        judged.put(checkpoint, record);
                    }
                });
        if (!judged.isEmpty()) {
            steps.put("judgement", FlatRecord.fields(judged.get(checkpoint).getQuality()));
        }
        RetrainingRequest request = platform.latest(RETRAINING_REQUESTS).get(id);
        Map<String, String> run = new LinkedHashMap<>(Map.of("runId", id));
        if (request != null) {
            run.putAll(FlatRecord.fields(request));
        }
        steps.put("run", run);
        ScheduleResult schedule = platform.latest(SCHEDULE_RESULTS).get(id);
        if (schedule != null) {
            steps.put("schedule", schedule(schedule));
            steps.put(
                    "data",
                    data(schedule, request == null ? Optional.empty() : Optional.of(request)));
        }
    }

    private static Map<String, String> schedule(ScheduleResult schedule) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("scheduleId", schedule.getScheduleId());
        if (!schedule.getSigmas().isEmpty()) {
            all.put("sigmaBegin", "" + schedule.getSigmas().get(0));
        }
        all.put("levels", "" + schedule.getSigmas().size());
        all.put("stepsPerLevel", "" + schedule.getStepsPerLevel());
        all.put("epsilon", "" + schedule.getEpsilon());
        return all;
    }

    private static Map<String, String> data(
            ScheduleResult schedule, Optional<RetrainingRequest> request) {
        Map<String, String> all = new LinkedHashMap<>();
        request.ifPresent(
                asked ->
                        all.put(
                                "dataset",
                                schedule.getDataset().isEmpty()
                                        ? asked.getDataset()
                                        : schedule.getDataset()));
        all.put("fingerprint", schedule.getDatasetFingerprint());
        all.put("images", "" + schedule.getImages());
        all.put("maximumDistance", "" + schedule.getMaximumDistance());
        all.put("medianDistance", "" + schedule.getMedianDistance());
        if (!schedule.getLeftOut().isEmpty()) {
            all.put("leftOut", String.join("; ", schedule.getLeftOut()));
        }
        return all;
    }
}
