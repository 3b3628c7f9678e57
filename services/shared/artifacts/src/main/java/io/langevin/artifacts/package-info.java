/**
 * Blobs named by their SHA-256: checkpoints, snapshots, large images. {@link
 * io.langevin.artifacts.ArtifactStores#open} takes a folder or an S3 bucket; what comes back is
 * always verified against its name.
 */
package io.langevin.artifacts;
