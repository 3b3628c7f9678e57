package io.langevin.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class ArtifactStoreContract {

    abstract ArtifactStore store();

    /** Overwrites a stored blob behind the store's back. */
    abstract void corrupt(ArtifactId id) throws Exception;

    @Test
    void what_is_put_comes_back_under_its_digest() {
        byte[] bytes = new byte[300_000];
        new Random(5).nextBytes(bytes);

        ArtifactId id = store().put(bytes);

        assertThat(id).isEqualTo(ArtifactId.of(bytes));
        assertThat(store().put(bytes)).isEqualTo(id);
        assertThat(store().get(id)).isEqualTo(bytes);
    }

    @Test
    void a_missing_blob_is_named() {
        ArtifactId id = ArtifactId.of(new byte[] {9, 9, 9});

        assertThatThrownBy(() -> store().get(id))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining(id.hex())
                .hasMessageContaining("not in the store");
    }

    @Test
    void a_blob_that_is_larger_than_its_reader_wants_is_not_read() {
        ArtifactId id = store().put(new byte[1000]);

        assertThat(store().get(id, 1000)).hasSize(1000);
        assertThatThrownBy(() -> store().get(id, 999))
                .isInstanceOf(ArtifactException.class)
                .hasMessage("artifact %s: must be at most 999 bytes, not 1000".formatted(id));
    }

    @Test
    void an_altered_blob_is_never_returned() throws Exception {
        ArtifactId id = store().put(new byte[] {1, 2, 3});
        corrupt(id);

        assertThatThrownBy(() -> store().get(id))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("do not have that digest");
    }

    @Test
    void an_altered_blob_is_whole_again_when_it_is_put_once_more() throws Exception {
        byte[] bytes = {1, 2, 3};
        ArtifactId id = store().put(bytes);
        corrupt(id);

        store().put(bytes);

        assertThat(store().get(id)).isEqualTo(bytes);
    }

    @Test
    void a_deleted_blob_is_gone_and_deleting_it_again_is_fine() {
        ArtifactId id = store().put(new byte[] {4, 5, 6});

        store().delete(id);
        store().delete(id);

        assertThatThrownBy(() -> store().get(id)).isInstanceOf(ArtifactException.class);
    }

    @Test
    void every_blob_is_listed_once_with_its_size_and_when_it_was_last_put() {
        Instant before = Instant.now().minusSeconds(2);
        ArtifactId first = store().put(new byte[] {7, 8});
        ArtifactId second = store().put(new byte[300]);
        store().put(new byte[] {7, 8});
        ArtifactId gone = store().put(new byte[] {9});
        store().delete(gone);

        List<StoredArtifact> all = new ArrayList<>();
        store().forEach(all::add);

        assertThat(all)
                .filteredOn(artifact -> List.of(first, second, gone).contains(artifact.id()))
                .allMatch(artifact -> artifact.written().isAfter(before))
                .extracting(StoredArtifact::id, StoredArtifact::bytes)
                .containsExactlyInAnyOrder(tuple(first, 2L), tuple(second, 300L));
    }
}
