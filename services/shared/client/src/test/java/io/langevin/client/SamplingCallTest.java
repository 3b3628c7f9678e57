package io.langevin.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SamplingCallTest {
    @Test
    void a_call_is_complete_with_its_images_whichever_topic_is_first() {
        SamplingCall call = call(image -> {});
        call.arrived(outcome());
        call.arrived(image(1));
        assertThat(call.answer()).isNotDone();

        call.arrived(image(0));

        assertThat(call.get()).extracting(GeneratedImage::getIndex).containsExactly(0, 1);
    }

    /** The follower of the topic passes over what is thrown: nobody else would tell. */
    @Test
    void what_a_listener_throws_ends_the_waiting() {
        SamplingCall call =
                call(
                        image -> {
                            throw new IllegalStateException("the listener's defect");
                        });

        call.arrived(image(0));

        assertThatThrownBy(call::get).hasMessage("the listener's defect");
    }

    private static SamplingCall call(Consumer<GeneratedImage> listener) {
        SampleRequest request =
                SampleRequest.newBuilder().setRequestId("r").setModel("m").setCount(2).build();
        return new SamplingCall(request, listener, reason -> null);
    }

    private static SampleOutcome outcome() {
        return SampleOutcome.newBuilder()
                .setRequestId("r")
                .setStatus(SampleStatus.COMPLETED)
                .setImages(2)
                .setEndedAt(Instant.EPOCH)
                .build();
    }

    private static GeneratedImage image(int index) {
        return GeneratedImage.newBuilder()
                .setRequestId("r")
                .setIndex(index)
                .setCount(2)
                .setWidth(1)
                .setHeight(1)
                .setChannels(1)
                .setFormat(ImageFormat.PNG)
                .setSha256("")
                .setSeed(0)
                .setModel("m")
                .setCheckpoint("c")
                .setScheduleId("s")
                .setNetworkEvaluations(1)
                .setGeneratedAt(Instant.EPOCH)
                .build();
    }
}
