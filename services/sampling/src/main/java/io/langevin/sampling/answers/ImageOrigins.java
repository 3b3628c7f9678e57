package io.langevin.sampling.answers;

import io.langevin.process.Version;
import io.langevin.records.ImageOrigin;
import io.langevin.records.ImageTask;
import io.langevin.records.TaskKind;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.score.Checkpoint;

/** What made an image, as a record. */
final class ImageOrigins {
    /** Networks run nowhere else yet. */
    private static final String DEVICE = "cpu";

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
                .setSampler(
                        request.sampler(active.work().plan(), active.work().schedule(), checkpoint))
                .setTask(task(request, index))
                .setPlan(active.work().planSha256())
                .setDevice(DEVICE)
                .setVersion(Version.NUMBER)
                .build();
    }

    private static ImageTask task(SamplingRequest request, int index) {
        TaskSettings task = request.task();
        boolean between = task.kind().equals(TaskKind.INTERPOLATE.name());
        return ImageTask.newBuilder()
                .setKind(TaskKind.valueOf(task.kind()))
                .setFirstSeed(task.firstSeed())
                .setLastSeed(task.lastSeed())
                .setIndex(between ? index : null)
                .setCount(between ? request.count() : null)
                .setEveryRows(task.everyRows())
                .setSigma(task.sigma())
                .setFactor(task.factor())
                .setBlur(task.blur())
                .setImage(task.image().sha256().orElse(null))
                .setMask(task.mask().sha256().orElse(null))
                .setMatrix(task.matrix().sha256().orElse(null))
                .build();
    }
}
