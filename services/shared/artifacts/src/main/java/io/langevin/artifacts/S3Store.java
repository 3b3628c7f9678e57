package io.langevin.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Blobs in an S3 bucket under {@code prefix/ab/abcdef…}. */
final class S3Store implements ArtifactStore {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    private static final Set<String> OPTIONS = Set.of("endpoint", "region", "pathStyle");

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    private S3Store(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    static S3Store open(URI location) {
        Map<String, String> options = options(location);
        S3ClientBuilder client =
                S3Client.builder()
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        // the digest in the name is checksum enough, and older servers know no
                        // other
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .forcePathStyle(Boolean.parseBoolean(options.get("pathStyle")));
        if (options.containsKey("endpoint")) {
            client.endpointOverride(URI.create(options.get("endpoint")));
        }
        if (options.containsKey("region")) {
            client.region(Region.of(options.get("region")));
        }
        String path = location.getPath().replaceAll("^/+|/+$", "");
        String prefix = path.isEmpty() ? "" : path + "/";
        return new S3Store(client.build(), location.getAuthority(), prefix);
    }

    private static Map<String, String> options(URI location) {
        Map<String, String> options = new TreeMap<>();
        if (location.getQuery() == null) {
            return options;
        }
        for (String option : location.getQuery().split("&")) {
            String[] pair = option.split("=", 2);
            if (pair.length != 2 || !OPTIONS.contains(pair[0])) {
                throw new IllegalArgumentException(
                        "artifacts: an S3 location takes endpoint, region and pathStyle, not '%s'"
                                .formatted(option));
            }
            options.put(pair[0], pair[1]);
        }
        return options;
    }

    @Override
    public ArtifactId put(byte[] bytes) {
        ArtifactId id = ArtifactId.of(bytes);
        reaching(
                () ->
                        client.putObject(
                                put -> put.bucket(bucket).key(key(id)),
                                RequestBody.fromBytes(bytes)));
        return id;
    }

    /**
     * @param bytes empty where the object is larger than was wanted
     */
    private record Fetched(long size, byte[] bytes) {}

    @Override
    public byte[] get(ArtifactId id, long most) {
        Fetched fetched =
                reaching(
                        () -> {
                            try {
                                return client.getObject(
                                        get -> get.bucket(bucket).key(key(id)),
                                        (head, body) -> read(most, head.contentLength(), body));
                            } catch (S3Exception e) {
                                // 403: what S3 answers for a missing key to those who may not list
                                if (e.statusCode() != NOT_FOUND && e.statusCode() != FORBIDDEN) {
                                    throw e;
                                }
                                throw new ArtifactException(
                                        "artifact %s: not in the store".formatted(id));
                            }
                        });
        ArtifactStore.requireAtMost(most, id, fetched.size());
        return ArtifactStore.verified(id, fetched.bytes());
    }

    private static Fetched read(long most, long size, AbortableInputStream body)
            throws IOException {
        if (size > most) {
            body.abort(); // closing would read it to the end
            return new Fetched(size, new byte[0]);
        }
        return new Fetched(size, body.readAllBytes());
    }

    @Override
    public void forEach(Consumer<StoredArtifact> consumer) {
        reaching(
                () -> {
                    client.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix))
                            .contents()
                            .forEach(object -> stored(object).ifPresent(consumer));
                    return null;
                });
    }

    private Optional<StoredArtifact> stored(S3Object object) {
        String name = object.key().substring(object.key().lastIndexOf('/') + 1);
        if (!ArtifactId.isId(name) || !object.key().equals(key(new ArtifactId(name)))) {
            return Optional.empty(); // somebody else's
        }
        return Optional.of(
                new StoredArtifact(new ArtifactId(name), object.size(), object.lastModified()));
    }

    @Override
    public void delete(ArtifactId id) {
        reaching(() -> client.deleteObject(delete -> delete.bucket(bucket).key(key(id))));
    }

    @Override
    public void close() {
        client.close();
    }

    private String key(ArtifactId id) {
        return prefix + id.hex().substring(0, 2) + "/" + id.hex();
    }

    private <T> T reaching(Supplier<T> call) {
        try {
            return call.get();
        } catch (S3Exception e) {
            boolean refused = e.statusCode() == UNAUTHORIZED || e.statusCode() == FORBIDDEN;
            String reason = "bucket %s: %s".formatted(bucket, e.getMessage());
            throw new UncheckedIOException(
                    "artifacts: " + reason,
                    refused ? new AccessDeniedException(bucket, null, reason) : new IOException(e));
        } catch (SdkClientException e) {
            throw new UncheckedIOException(
                    "artifacts: bucket %s: %s".formatted(bucket, e.getMessage()),
                    new IOException(e));
        }
    }
}
