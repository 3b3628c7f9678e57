package io.langevin.score.torch;

/**
 * A GPU as its driver describes it.
 *
 * @param index from 0, in the order of the PCI bus, among those that this process may see
 * @param uuid as the driver names it: GPU-…
 * @param product such as NVIDIA H100 80GB HBM3
 * @param memory in bytes
 * @param free of it, at this moment
 * @param utilisation percent of the last moments in which it computed something
 */
public record Accelerator(
        int index, String uuid, String product, long memory, long free, int utilisation) {
    Accelerator numbered(int other) {
        return new Accelerator(other, uuid, product, memory, free, utilisation);
    }
}
