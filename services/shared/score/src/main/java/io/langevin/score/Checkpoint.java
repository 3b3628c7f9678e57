package io.langevin.score;

import io.langevin.noise.NoiseSchedule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

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
        float[] weights,
        Map<String, String> origin) {
    private static final String FORMAT = "langevin-checkpoint-1";
    private static final String ORIGIN = "origin.";

    /**
     * A sampler that was found to be the cheapest among the best.
     *
     * @param sampler its name in a request
     * @param networkEvaluations for one image
     */
    public record Recommendation(String sampler, int networkEvaluations) {}

    public Checkpoint {
        origin = Map.copyOf(origin);
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
                });
        origin.forEach((name, value) -> metadata.put(ORIGIN + name, value));
        Map<String, SafeTensors.Tensor> tensors = new LinkedHashMap<>();
        tensors.put("sigmas", doubles(schedule.sigmas()));
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
                    "format: must be %s, not %s".formatted(FORMAT, metadata.get("format")));
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
                new NoiseSchedule(sigmas(file)),
                (int) number(metadata, "steps_per_level"),
                number(metadata, "epsilon"),
                Boolean.parseBoolean(metadata.get("denoise")),
                metadata.getOrDefault("schedule_id", ""),
                recommended(metadata),
                ParameterLayout.of(architecture).join(file.tensors()),
                origin);
    }

    private static NetworkArchitecture architecture(Map<String, String> metadata) {
        return new NetworkArchitecture(
                NetworkArchitecture.Family.named(String.valueOf(metadata.get("network"))),
                (int) number(metadata, "ngf"),
                (int) number(metadata, "channels"),
                (int) number(metadata, "image_size"),
                metadata.containsKey("conditional_levels")
                        ? (int) number(metadata, "conditional_levels")
                        : 0);
    }

    private static Optional<Recommendation> recommended(Map<String, String> metadata) {
        return Optional.ofNullable(metadata.get("sampler"))
                .map(
                        sampler ->
                                new Recommendation(
                                        sampler, (int) number(metadata, "network_evaluations")));
    }

    /** The same checkpoint with another sampler to use by default. */
    public Checkpoint recommending(Recommendation choice) {
        return new Checkpoint(
                architecture,
                schedule,
                stepsPerLevel,
                epsilon,
                denoise,
                scheduleId,
                Optional.of(choice),
                weights,
                origin);
    }

    private static double number(Map<String, String> metadata, String name) {
        try {
            return Double.parseDouble(metadata.getOrDefault(name, ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s: must be a number, not '%s'".formatted(name, metadata.get(name)), e);
        }
    }

    private static List<Double> sigmas(SafeTensors file) {
        SafeTensors.Tensor tensor = file.tensors().get("sigmas");
        if (tensor == null || !tensor.type().equals("F64")) {
            throw new IllegalArgumentException("sigmas: must be an F64 tensor");
        }
        ByteBuffer data = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        return DoubleStream.generate(data::getDouble).limit(data.remaining() / 8).boxed().toList();
    }

    private static SafeTensors.Tensor doubles(List<Double> values) {
        ByteBuffer data = ByteBuffer.allocate(8 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(data::putDouble);
        return new SafeTensors.Tensor("F64", List.of((long) values.size()), data.flip());
    }
}
