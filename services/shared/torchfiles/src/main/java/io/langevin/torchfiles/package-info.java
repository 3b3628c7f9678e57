/**
 * Reads files of Python's pickles: {@link io.langevin.torchfiles.TorchFile} those of {@code
 * torch.save}, {@link io.langevin.torchfiles.PickledValues} single ones. A pickle is a program; of
 * its instructions only those run here that build values.
 */
package io.langevin.torchfiles;
