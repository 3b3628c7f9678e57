package io.langevin.score.torch;

import ai.djl.engine.EngineException;
import java.util.Locale;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many images a call takes: half as many once they did not fit into the device's memory, and so
 * from then on. Owned by one thread.
 */
public final class CallSize {
    private static final Logger LOG = LoggerFactory.getLogger(CallSize.class);

    private final int least;
    private int images;

    /**
     * @param images to begin with
     * @param least of which a call that does not fit is an error
     */
    public CallSize(int images, int least) {
        this.images = images;
        this.least = least;
    }

    public int images() {
        return images;
    }

    /**
     * Makes a call, once more with half as many images where they do not fit.
     *
     * @param call is given how many images it takes
     */
    public <R> R fitting(IntFunction<R> call) {
        while (true) {
            try {
                return call.apply(images);
            } catch (EngineException e) {
                if (!isOutOfMemory(e) || images <= least) {
                    throw e;
                }
                images = Math.max(least, images / 2);
                TorchModule.releaseCache();
                LOG.atWarn()
                        .addKeyValue("images", images)
                        .log("a call did not fit into the device's memory; it takes fewer images");
            }
        }
    }

    /** As PyTorch says it: CUDA out of memory. */
    private static boolean isOutOfMemory(EngineException failure) {
        return String.valueOf(failure.getMessage())
                .toLowerCase(Locale.ROOT)
                .contains("out of memory");
    }
}
