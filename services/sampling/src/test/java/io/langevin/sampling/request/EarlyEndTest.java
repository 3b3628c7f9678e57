package io.langevin.sampling.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.Cancellation;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.sampling.SamplingFixture;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EarlyEndTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void request_without_a_deadline_goes_on() {
        assertThat(end(null, Optional.empty(), 1_000_000)).isEmpty();
    }

    @Test
    void deadline_that_can_be_met_to_the_millisecond_is_met() {
        Instant deadline = NOW.plusMillis(500);

        assertThat(end(deadline, Optional.empty(), 500)).isEmpty();
        assertThat(end(deadline, Optional.empty(), 501))
                .contains(
                        new EarlyEnd(
                                SampleStatus.EXPIRED,
                                "deadline: 2026-01-01T00:00:00.500Z cannot be met, the images need"
                                        + " at least 501 ms more"));
    }

    @Test
    void deadline_in_the_past_has_passed() {
        assertThat(end(NOW.minusMillis(1), Optional.empty(), 0))
                .contains(
                        new EarlyEnd(
                                SampleStatus.EXPIRED,
                                "deadline: 2025-12-31T23:59:59.999Z has passed"));
    }

    @Test
    void cancellation_comes_before_the_deadline() {
        var cancellation = new Cancellation("id", "enough", NOW);

        assertThat(end(NOW.minusMillis(1), Optional.of(cancellation), 0))
                .contains(new EarlyEnd(SampleStatus.CANCELLED, "enough"));
    }

    private static Optional<EarlyEnd> end(
            Instant deadline, Optional<Cancellation> cancellation, long atLeast) {
        SampleRequest request = SamplingFixture.request().setDeadline(deadline).build();
        return EarlyEnd.of(request, cancellation, NOW, atLeast);
    }
}
