package io.langevin.quality;

import java.util.Optional;

/**
 * How generated images compare with real ones. Numbers of two reports are comparable where
 * extractor, real images and number of generated images are the same.
 *
 * @param extractor {@link FeatureExtractor#name()}
 * @param realImages how many real images were looked at
 * @param generatedImages how many generated ones
 * @param distanceName what {@code distance} is called: "FID", or another name that says on which
 *     features it is measured
 * @param distance {@link FrechetDistance}: 0 is best
 * @param kernelDistance {@link KernelDistance}: about 0 is best
 * @param precisionRecall {@link PrecisionRecall}: 1 is best
 * @param inceptionScore where the extractor also classifies and there are at least 10 generated
 *     images
 */
public record QualityReport(
        String extractor,
        int realImages,
        int generatedImages,
        String distanceName,
        double distance,
        KernelDistance kernelDistance,
        PrecisionRecall precisionRecall,
        Optional<InceptionScore> inceptionScore) {}
