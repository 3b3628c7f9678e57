package io.langevin.sampling.answers;

import io.langevin.process.Version;
import io.langevin.records.ImageOrigin;
import io.langevin.records.ImageTask;
import io.langevin.records.TaskKind;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.score.Checkpoint;
import java.util.Map;
import java.util.Set;

/** What made an image, as a record. */
final class ImageOrigins {
    /** Fields of a task beside its seeds and rows; the others of a request change nothing. */
    private static final Map<TaskKind, Set<String>> USED =
            Map.ofEntries(
                    Map.entry(TaskKind.GENERATE, Set.of()),
                    Map.entry(TaskKind.INTERPOLATE, Set.of()),
                    Map.entry(TaskKind.TRAJECTORY, Set.of()),
                    Map.entry(TaskKind.INPAINT, Set.of("image", "mask")),
                    Map.entry(TaskKind.DENOISE, Set.of("image", "sigma")),
                    Map.entry(TaskKind.IMAGE_TO_IMAGE, Set.of("image", "sigma")),
                    Map.entry(TaskKind.SUPER_RESOLVE, Set.of("image", "sigma", "factor")),
                    Map.entry(TaskKind.DEBLUR, Set.of("image", "sigma", "blur")),
                    Map.entry(TaskKind.COLORIZE, Set.of("image", "sigma")),
                    Map.entry(TaskKind.COMPRESSED_SENSING, Set.of("image", "sigma", "matrix")),
                    Map.entry(TaskKind.SCORE, Set.of("image")));

    private ImageOrigins() {}

    /**
     * @param index of the image in its request
     */
    static ImageOrigin of(ActiveRequest active, int index) {
        SamplingRequest request = active.request();
        Checkpoint checkpoint = active.network().checkpoint();
        return ImageOrigin.newBuilder()
                .setModel(request.model())
                .setCheckpoint(active.network().id().hex())
                .setScheduleId(checkpoint.scheduleId())
                .setSeed(active.work().seedOf(index))
                .setSampler(request.sampler(active.work().schedule(), checkpoint))
                .setTask(task(request, index))
                .setPlan(active.work().planSha256())
                .setDevice(active.network().deviceKind())
                .setVersion(Version.NUMBER)
                .build();
    }

    private static ImageTask task(SamplingRequest request, int index) {
        TaskSettings task = request.task();
        TaskKind kind = TaskKind.valueOf(task.kind());
        Set<String> used = USED.get(kind);
        boolean between = kind == TaskKind.INTERPOLATE;
        return ImageTask.newBuilder()
                .setKind(kind)
                .setFirstSeed(between ? task.firstSeed() : null)
                .setLastSeed(between ? task.lastSeed() : null)
                .setIndex(between ? index : null)
                .setCount(between ? request.count() : null)
                .setEveryRows(kind == TaskKind.TRAJECTORY ? task.everyRows() : null)
                .setSigma(used.contains("sigma") ? task.sigma() : null)
                .setFactor(used.contains("factor") ? task.factor() : null)
                .setBlur(used.contains("blur") ? task.blur() : null)
                .setImage(used.contains("image") ? request.givenSha256().get("image") : null)
                .setMask(used.contains("mask") ? request.givenSha256().get("mask") : null)
                .setMatrix(used.contains("matrix") ? request.givenSha256().get("matrix") : null)
                .build();
    }
}
