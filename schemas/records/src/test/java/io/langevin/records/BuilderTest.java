package io.langevin.records;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuilderTest {
    /** Avro makes no class that nobody trusts, those of a record's own fields included. */
    @Test
    void a_record_is_built_before_anything_else_is_called() {
        SampleRequest request = SampleRequest.newBuilder().setRequestId("r").setModel("m").build();

        assertThat(request.getSampler().getKind()).isEqualTo(SamplerKind.RECOMMENDED);
        assertThat(request.getTask().getKind()).isEqualTo(TaskKind.GENERATE);
    }
}
