package io.langevin.score.torch;

import java.util.List;
import java.util.Optional;

/** The GPUs of a machine, and whether PyTorch can use them. */
public interface Accelerators {
    /** The driver's version; empty where there is no driver. */
    Optional<String> driver();

    /** What the driver lists, at this moment. */
    List<Accelerator> list();

    /**
     * Why PyTorch cannot use one; empty where it can. The first time this may load PyTorch.
     *
     * @param accelerator one of {@link #list}
     * @throws io.langevin.process.ConfigurationException where PyTorch cannot be loaded at all
     */
    Optional<String> obstacle(Accelerator accelerator);
}
