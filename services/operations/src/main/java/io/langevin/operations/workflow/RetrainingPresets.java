package io.langevin.operations.workflow;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.noise.PublishedPreset;
import io.langevin.records.NetworkParameters;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.ScheduleParameters;
import io.langevin.records.TrainingParameters;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Settings that a request can name: those published (the paper, appendix B) and the ablations of
 * its Fig. 5. Numbers of levels and ε are not among them where they follow from the techniques.
 */
final class RetrainingPresets {
    private static final Map<String, RetrainingRequest> PRESETS = presets();

    private static final Map<String, UnaryOperator<RetrainingRequest>> ABLATIONS =
            new TreeMap<>(
                    Map.of(
                            "no-ema", RetrainingPresets::withoutAverage,
                            "old-schedule", RetrainingPresets::withOldSchedule,
                            "conditional-norms", RetrainingPresets::withConditionalNorms));

    private RetrainingPresets() {}

    /**
     * The request with what it names filled in.
     *
     * @throws io.langevin.messaging.rules.RejectedException where there is no such preset or
     *     ablation
     */
    static RetrainingRequest applied(RetrainingRequest request) {
        RetrainingRequest filled = request;
        String preset = request.getPreset();
        if (preset != null) {
            require(
                    PRESETS.containsKey(preset),
                    "preset",
                    "be one of " + PRESETS.keySet(),
                    "'" + preset + "'");
            filled = RetrainingRequest.newBuilder(request).build();
            fill(filled, PRESETS.get(preset));
        }
        String ablation = request.getAblation();
        if (ablation != null) {
            require(
                    ABLATIONS.containsKey(ablation),
                    "ablation",
                    "be one of " + ABLATIONS.keySet(),
                    "'" + ablation + "'");
            filled = ABLATIONS.get(ablation).apply(filled);
        }
        return filled;
    }

    /** Fields that still have their default are taken from {@code from}, record by record. */
    private static void fill(SpecificRecord record, SpecificRecord from) {
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            if (value instanceof SpecificRecord inner) {
                fill(inner, (SpecificRecord) from.get(field.pos()));
            } else if (isDefault(field, value)) {
                record.put(field.pos(), from.get(field.pos()));
            }
        }
    }

    /** Avro's defaults and a record's values may be different classes of text. */
    private static boolean isDefault(Schema.Field field, Object value) {
        return field.hasDefaultValue()
                && String.valueOf(value)
                        .equals(String.valueOf(SpecificData.get().getDefaultValue(field)));
    }

    private static Map<String, RetrainingRequest> presets() {
        Map<String, RetrainingRequest> presets = new TreeMap<>();
        for (PublishedPreset preset : PublishedPreset.values()) {
            var schedule =
                    schedule(preset.largest(), preset.stepsPerLevel())
                            .setOverlap(PublishedPreset.OVERLAP);
            preset.ownEpsilon().ifPresent(schedule::setEpsilon);
            presets.put(
                    preset.officialName(),
                    request(preset.pixels(), schedule, training(preset)).build());
        }
        presets.put("ncsn", ncsn());
        return presets;
    }

    /** How long and how each was trained; what is not said here is the default. */
    private static TrainingParameters.Builder training(PublishedPreset preset) {
        return switch (preset) {
            case CIFAR10 -> training(300_000);
            case CELEBA -> training(210_000);
            case CHURCH -> training(200_000);
            case BEDROOM, TOWER -> training(150_000);
            case FFHQ -> training(80_000).setBatchSize(32).setAdamEpsilon(1e-3);
        };
    }

    private static RetrainingRequest.Builder request(
            int size, ScheduleParameters.Builder schedule, TrainingParameters.Builder training) {
        return RetrainingRequest.newBuilder()
                .setRunId("")
                .setImageSize(size)
                .setChannels(3)
                .setSchedule(schedule.build())
                .setTraining(training.build());
    }

    private static ScheduleParameters.Builder schedule(double sigmaBegin, int stepsPerLevel) {
        return ScheduleParameters.newBuilder()
                .setSigmaBegin(sigmaBegin)
                .setStepsPerLevel(stepsPerLevel);
    }

    private static TrainingParameters.Builder training(int iterations) {
        return TrainingParameters.newBuilder().setIterations(iterations).setHeldOut(0);
    }

    /** The predecessor: its own network and schedule, no average, no denoising. */
    private static RetrainingRequest ncsn() {
        var ncsn = request(32, schedule(1, 100), training(300_000).setLearningRate(1e-3));
        return withoutAverage(withOldSchedule(withConditionalNorms(ncsn.build())));
    }

    private static RetrainingRequest withoutAverage(RetrainingRequest request) {
        return RetrainingRequest.newBuilder(request)
                .setTraining(
                        TrainingParameters.newBuilder(request.getTraining())
                                .setEmaDecay(0)
                                .setEmaRamp(false)
                                .build())
                .build();
    }

    /** The schedule of NCSN: 10 levels from 1 to 0.01, T = 100, ε = 2e-5, no denoising. */
    private static RetrainingRequest withOldSchedule(RetrainingRequest request) {
        return RetrainingRequest.newBuilder(request)
                .setSchedule(
                        ScheduleParameters.newBuilder()
                                .setSigmaBegin(1.0)
                                .setSigmaEnd(0.01)
                                .setLevels(10)
                                .setStepsPerLevel(100)
                                .setEpsilon(2e-5)
                                .setDenoise(false)
                                .build())
                .build();
    }

    private static RetrainingRequest withConditionalNorms(RetrainingRequest request) {
        return RetrainingRequest.newBuilder(request)
                .setNetwork(
                        NetworkParameters.newBuilder(request.getNetwork())
                                .setFamily("ncsn")
                                .build())
                .build();
    }
}
