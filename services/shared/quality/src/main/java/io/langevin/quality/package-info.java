/**
 * How good generated images are, without a topic or a record in sight. A {@link
 * io.langevin.quality.FeatureExtractor} turns an {@link io.langevin.quality.ImageSet} into {@link
 * io.langevin.quality.Features}; {@link io.langevin.quality.FrechetDistance}, {@link
 * io.langevin.quality.KernelDistance} and {@link io.langevin.quality.PrecisionRecall} compare two
 * sets of those, {@link io.langevin.quality.NearestNeighbours} finds what was copied. {@link
 * io.langevin.quality.Quality} does it all at once.
 */
package io.langevin.quality;
