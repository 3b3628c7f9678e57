/**
 * Images in, pixels out: folders and zips of PNG and JPEG, IDX files and CIFAR-10 batches become
 * one array of 8-bit pixels of one size. {@link io.langevin.datasets.DatasetRoots} is the only way
 * from a name in an event to a file; {@link io.langevin.datasets.ImageDataset} is what comes out.
 */
package io.langevin.datasets;
