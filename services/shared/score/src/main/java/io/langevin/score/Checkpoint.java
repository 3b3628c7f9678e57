package io.langevin.score;

import static io.langevin.score.CheckpointFields.number;
import static io.langevin.score.CheckpointFields.require;
import static io.langevin.score.CheckpointFields.shown;
import static io.langevin.score.CheckpointFields.truth;
import static io.langevin.score.CheckpointFields.whole;

import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A trained network with all that sampling needs, as one safetensors file: a tensor for every
 * parameter under the authors' name, the noise scales as {@code sigmas} (F64), the rest as
 * metadata.
 *
 * @param architecture of the network
 * @param schedule noise scales it was trained with
 * @param stepsPerLevel T
 * @param epsilon ε in squared pixel units
 * @param denoise whether sampling ends with a denoising step
 * @param scheduleId names the schedule
 * @param recommended the sampler to use where a request names none; empty: Algorithm 1
 * @param weights the flat vector, the moving average of training
 * @param origin free text about where it comes from, by name
 */
public record Checkpoint(
        NetworkArchitecture architecture,
        NoiseSchedule schedule,
        int stepsPerLevel,
        double epsilon,
        boolean denoise,
        String scheduleId,
        Optional<Recommendation> recommended,
        Optional<Typicality> typical,
        float[] weights,
        Map<String, String> origin) {
    private static final String FORMAT = "langevin-checkpoint-1";
    private static final String ORIGIN = "origin.";
    private static final String TYPICAL = "typical.errors";
    private static final int MOST_STEPS = 10_000;
    static final int MOST_PLANS = 64;
    private static final int MOST_EVALUATIONS = 1_000_000;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_ORIGIN = 16_384;

    /**
     * A sampler that was found to be the cheapest among the best.
     *
     * @param sampler its name in a request
     * @param networkEvaluations for one image
     * @param plans that were searched for this checkpoint, the only ones of sampler SEARCHED; no
     *     two of as many evaluations
     */
    public record Recommendation(String sampler, int networkEvaluations, List<SamplingPlan> plans) {
        /** Recommends a sampler that needs no plans. */
        public Recommendation(String sampler, int networkEvaluations) {
            this(sampler, networkEvaluations, List.of());
        }

        public Recommendation {
            plans = List.copyOf(plans);
            require(plans.size() <= MOST_PLANS, "plans", "be at most " + MOST_PLANS, plans.size());
            for (SamplingPlan plan : plans) {
                require(
                        plan.networkEvaluations() <= PlanText.MOST_ROWS,
                        "plans",
                        "have at most %d evaluations each".formatted(PlanText.MOST_ROWS),
                        plan.networkEvaluations());
            }
            require(
                    plans.stream().map(SamplingPlan::networkEvaluations).distinct().count()
                            == plans.size(),
                    "plans",
                    "have other numbers of evaluations each",
                    plans.stream().map(SamplingPlan::networkEvaluations).toList());
            require(
                    sampler.matches("[A-Z0-9_]{1,100}"),
                    "sampler",
                    "be 1 to 100 capital letters, digits or '_'",
                    "'" + sampler + "'");
            require(
                    networkEvaluations >= 1 && networkEvaluations <= MOST_EVALUATIONS,
                    "network_evaluations",
                    "be 1 to " + MOST_EVALUATIONS,
                    networkEvaluations);
        }
    }

    /** A checkpoint that does not know what is typical. */
    public Checkpoint(
            NetworkArchitecture architecture,
            NoiseSchedule schedule,
            int stepsPerLevel,
            double epsilon,
            boolean denoise,
            String scheduleId,
            Optional<Recommendation> recommended,
            float[] weights,
            Map<String, String> origin) {
        this(
                architecture,
                schedule,
                stepsPerLevel,
                epsilon,
                denoise,
                scheduleId,
                recommended,
                Optional.empty(),
                weights,
                origin);
    }

    public Checkpoint {
        origin = Map.copyOf(origin);
        require(
                stepsPerLevel >= 1 && stepsPerLevel <= MOST_STEPS,
                "steps_per_level",
                "be 1 to " + MOST_STEPS,
                stepsPerLevel);
        require(
                epsilon > 0 && epsilon < Double.POSITIVE_INFINITY,
                "epsilon",
                "be finite and above 0",
                epsilon);
        require(
                scheduleId.length() <= LONGEST_NAME,
                "schedule_id",
                "have at most %d characters".formatted(LONGEST_NAME),
                scheduleId.length());
        require(
                scheduleId.chars().allMatch(c -> c >= ' ' && c <= '~'),
                "schedule_id",
                "be of printable ASCII characters",
                "'" + scheduleId + "'");
        requireOrigin(origin);
        if (architecture.levels() > 0 && architecture.levels() != schedule.levels()) {
            throw new IllegalArgumentException(
                    "sigmas: a network of %d levels has as many, not %d"
                            .formatted(architecture.levels(), schedule.levels()));
        }
        int wanted = ParameterLayout.of(architecture).size();
        if (weights.length != wanted) {
            throw new IllegalArgumentException(
                    "weights: %s has %d, not %d".formatted(architecture, wanted, weights.length));
        }
        for (float weight : weights) {
            if (!Float.isFinite(weight)) {
                throw new IllegalArgumentException("weights: must be finite, but one is " + weight);
            }
        }
    }

    private static void requireOrigin(Map<String, String> origin) {
        int length =
                origin.entrySet().stream()
                        .mapToInt(entry -> entry.getKey().length() + entry.getValue().length())
                        .sum();
        require(
                length <= LONGEST_ORIGIN,
                "origin",
                "have at most %d characters together".formatted(LONGEST_ORIGIN),
                length);
    }

    /** The checkpoint as the bytes of its safetensors file: settings are metadata. */
    public byte[] bytes() {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("format", FORMAT);
        metadata.put("network", architecture.family().officialName());
        metadata.put("ngf", "" + architecture.ngf());
        metadata.put("channels", "" + architecture.channels());
        metadata.put("image_size", "" + architecture.imageSize());
        if (architecture.levels() > 0) {
            metadata.put("conditional_levels", "" + architecture.levels());
        }
        metadata.put("steps_per_level", "" + stepsPerLevel);
        metadata.put("epsilon", "" + epsilon);
        metadata.put("denoise", "" + denoise);
        metadata.put("schedule_id", scheduleId);
        recommended.ifPresent(
                choice -> {
                    metadata.put("sampler", choice.sampler());
                    metadata.put("network_evaluations", "" + choice.networkEvaluations());
                    choice.plans().forEach(plan -> PlanText.put(plan, metadata));
                });
        typical.ifPresent(density -> metadata.put(TYPICAL, density.text()));
        origin.forEach((name, value) -> metadata.put(ORIGIN + name, value));
        Map<String, SafeTensors.Tensor> tensors = new LinkedHashMap<>();
        tensors.put("sigmas", CheckpointFields.doubles(schedule.sigmas()));
        tensors.putAll(ParameterLayout.of(architecture).split(weights));
        return new SafeTensors(metadata, tensors).write();
    }

    /**
     * @throws IllegalArgumentException where the bytes are no checkpoint: which field, which rule
     */
    public static Checkpoint parse(byte[] bytes) {
        SafeTensors file = SafeTensors.read(bytes);
        Map<String, String> metadata = file.metadata();
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new IllegalArgumentException(
                    "format: must be %s, not %s".formatted(FORMAT, shown(metadata.get("format"))));
        }
        NetworkArchitecture architecture = architecture(metadata);
        Map<String, String> origin = new TreeMap<>();
        metadata.forEach(
                (name, value) -> {
                    if (name.startsWith(ORIGIN)) {
                        origin.put(name.substring(ORIGIN.length()), value);
                    }
                });
        return new Checkpoint(
                architecture,
                new NoiseSchedule(CheckpointFields.sigmas(file)),
                whole(metadata, "steps_per_level"),
                number(metadata, "epsilon"),
                truth(metadata, "denoise"),
                metadata.getOrDefault("schedule_id", ""),
                recommended(metadata),
                Optional.ofNullable(metadata.get(TYPICAL)).map(Typicality::parse),
                ParameterLayout.of(architecture).join(file.tensors()),
                origin);
    }

    private static NetworkArchitecture architecture(Map<String, String> metadata) {
        return new NetworkArchitecture(
                NetworkArchitecture.Family.named(String.valueOf(metadata.get("network"))),
                whole(metadata, "ngf"),
                whole(metadata, "channels"),
                whole(metadata, "image_size"),
                metadata.containsKey("conditional_levels")
                        ? whole(metadata, "conditional_levels")
                        : 0);
    }

    private static Optional<Recommendation> recommended(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get("sampler"))
                .map(
                        sampler ->
                                new Recommendation(
                                        sampler,
                                        whole(metadata, "network_evaluations"),
                                        PlanText.plans(metadata)));
    }

    /** Returns the checkpoint with another sampler to use by default. */
    public Checkpoint recommending(Recommendation choice) {
        return new Checkpoint(
                architecture,
                schedule,
                stepsPerLevel,
                epsilon,
                denoise,
                scheduleId,
                Optional.of(choice),
                typical,
                weights,
                origin);
    }

    /** Returns the checkpoint with what is typical for the images that it was trained on. */
    public Checkpoint knowing(Optional<Typicality> density) {
        return new Checkpoint(
                architecture,
                schedule,
                stepsPerLevel,
                epsilon,
                denoise,
                scheduleId,
                recommended,
                density,
                weights,
                origin);
    }
}
