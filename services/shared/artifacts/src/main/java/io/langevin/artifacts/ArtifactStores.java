package io.langevin.artifacts;

import java.net.URI;
import java.nio.file.Path;

/** The stores, by their locations. */
public final class ArtifactStores {
    private ArtifactStores() {}

    /**
     * @param location {@code file:/a/folder}, or {@code s3://bucket/prefix} with optional {@code
     *     ?endpoint=http://host:port&region=name&pathStyle=true}; credentials come from the AWS
     *     SDK's usual places, never from the location
     */
    public static ArtifactStore open(URI location) {
        if ("file".equals(location.getScheme())) {
            return new FolderStore(Path.of(location));
        }
        if ("s3".equals(location.getScheme())) {
            return S3Store.open(location);
        }
        throw new IllegalArgumentException(
                "artifacts: must start with file: or s3:, not '%s'".formatted(location));
    }
}
