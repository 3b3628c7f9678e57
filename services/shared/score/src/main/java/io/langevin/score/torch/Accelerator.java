package io.langevin.score.torch;

/**
 * A GPU as its driver describes it.
 *
 * @param index as CUDA counts, from 0
 * @param product such as NVIDIA H100 80GB HBM3
 * @param memory in bytes
 * @param free of it, at this moment
 * @param utilisation percent of the last moments in which it computed something
 */
public record Accelerator(int index, String product, long memory, long free, int utilisation) {}
