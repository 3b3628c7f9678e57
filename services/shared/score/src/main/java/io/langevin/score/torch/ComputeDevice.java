package io.langevin.score.torch;

import ai.djl.Device;

/**
 * Where networks run. The same seed, checkpoint and plan give the same bytes on devices of one
 * kind.
 *
 * @param name as settings call it: cpu, cuda:0
 * @param kind cpu, or the product: bytes may differ from product to product
 * @param place as DJL calls it
 * @param takesWholeCalls whether it shares out a call by itself; a processor's cores are given
 *     images each
 */
public record ComputeDevice(String name, String kind, Device place, boolean takesWholeCalls) {
    public static final ComputeDevice CPU = new ComputeDevice("cpu", "cpu", Device.cpu(), false);

    static ComputeDevice cuda(Accelerator accelerator) {
        return new ComputeDevice(
                "cuda:" + accelerator.index(),
                accelerator.product(),
                Device.gpu(accelerator.index()),
                true);
    }
}
