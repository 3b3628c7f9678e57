package io.langevin.artifacts;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real S3 server in this process, over HTTP. */
class S3StoreTest extends ArtifactStoreContract {
    @TempDir static Path folder;
    private static S3Proxy server;
    private static BlobStoreContext blobs;
    private static ArtifactStore store;

    @BeforeAll
    static void start() throws Exception {
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", folder.toString());
        blobs =
                ContextBuilder.newBuilder("filesystem")
                        .credentials("key", "secret")
                        .overrides(properties)
                        .build(BlobStoreContext.class);
        blobs.getBlobStore().createContainerInLocation(null, "models");
        server =
                S3Proxy.builder()
                        .blobStore(blobs.getBlobStore())
                        .endpoint(URI.create("http://127.0.0.1:0"))
                        .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, "key", "secret")
                        .build();
        server.start();
        System.setProperty("aws.accessKeyId", "key");
        System.setProperty("aws.secretAccessKey", "secret");
        store =
                ArtifactStores.open(
                        URI.create(
                                "s3://models/langevin?pathStyle=true&region=us-east-1&endpoint="
                                        + "http://127.0.0.1:"
                                        + server.getPort()));
    }

    @AfterAll
    static void stop() throws Exception {
        store.close();
        server.stop();
        blobs.close();
    }

    @Override
    ArtifactStore store() {
        return store;
    }

    @Override
    void corrupt(ArtifactId id) throws Exception {
        Path file = folder.resolve("models/langevin").resolve(id.hex().substring(0, 2));
        Files.write(file.resolve(id.hex()), new byte[] {7, 7, 7});
    }

    @Test
    void an_unknown_option_is_refused() {
        assertThatThrownBy(() -> ArtifactStores.open(URI.create("s3://b/p?acl=x")))
                .hasMessageContaining("not 'acl=x'");
    }
}
