/**
 * Reads files of {@code torch.save}: {@link io.langevin.torchfiles.TorchFile} hands out plain
 * values and {@link io.langevin.torchfiles.TorchTensor}s. A pickle is a program; of its
 * instructions only those run here that build values.
 */
package io.langevin.torchfiles;
