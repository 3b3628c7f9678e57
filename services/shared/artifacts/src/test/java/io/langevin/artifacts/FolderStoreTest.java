package io.langevin.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStoreTest extends ArtifactStoreContract {
    @TempDir Path folder;

    @Override
    ArtifactStore store() {
        return ArtifactStores.open(folder.toUri());
    }

    @Override
    void corrupt(ArtifactId id) throws IOException {
        Files.write(folder.resolve(id.hex().substring(0, 2)).resolve(id.hex()), new byte[] {7});
    }

    @Test
    void no_partial_file_stays_behind() throws IOException {
        store().put(new byte[] {1});

        try (var files = Files.walk(folder)) {
            assertThat(files.filter(f -> f.toString().endsWith(".part"))).isEmpty();
        }
    }

    @Test
    void other_schemes_and_names_that_are_no_digest_are_refused() {
        assertThatThrownBy(() -> ArtifactStores.open(URI.create("http://a/b")))
                .hasMessageContaining("must start with file: or s3:");
        assertThatThrownBy(() -> new ArtifactId("../../etc/passwd"))
                .hasMessageContaining("64 lower-case hexadecimal digits");
    }
}
