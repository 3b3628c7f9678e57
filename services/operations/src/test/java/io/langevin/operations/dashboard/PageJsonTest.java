package io.langevin.operations.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.ShortTraining;
import io.langevin.messaging.text.RecordJson;
import io.langevin.records.CheckpointQuality;
import io.langevin.records.ModelAction;
import io.langevin.records.OtherCheckpoint;
import io.langevin.records.PromotionRule;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.TrainingParameters;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PageJsonTest {
    private static final String ID = "0b0e7f7a-9a8e-4a3d-9d2c-000000000001";

    @Test
    void a_run_of_which_little_is_said_is_one_of_minutes() throws Exception {
        RetrainingRequest request =
                retraining(
                        "{'model': 'm', 'dataset': 'd', 'imageSize': 16, 'ngf': 8, 'seconds': 60,"
                                + " 'promotion': {'rule': 'BY_HAND'}}");

        assertThat(request.getRunId()).isEqualTo(ID);
        assertThat(request.getNetwork().getNgf()).isEqualTo(8);
        assertThat(request.getTraining())
                .isEqualTo(
                        TrainingParameters.newBuilder(
                                        ShortTraining.request().getTrainingBuilder().build())
                                .setMaximumSeconds(60)
                                .build());
        assertThat(request.getPromotion().getRule()).isEqualTo(PromotionRule.BY_HAND);
        assertThat(request.getImageSize()).isEqualTo(16);
    }

    @Test
    void a_run_that_says_how_it_is_trained_is_taken_by_its_fields() throws Exception {
        RetrainingRequest request =
                retraining(
                        "{'model': 'm', 'training': {'batchSize': 7, 'seed': '9223372036854775807'}}");

        assertThat(request.getTraining())
                .isEqualTo(
                        TrainingParameters.newBuilder()
                                .setBatchSize(7)
                                .setSeed(Long.MAX_VALUE)
                                .build());
        assertThat(retraining("{'preset': 'cifar10'}").getTraining())
                .isEqualTo(TrainingParameters.newBuilder().build());
        assertThatThrownBy(() -> retraining("{'preset': 'cifar10', 'seconds': 5}"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("seconds");
        assertThatThrownBy(() -> retraining("{'seconds': 1.5}"))
                .hasMessageContaining("seconds: must be a whole number");
    }

    @Test
    void a_change_is_of_the_model_in_the_address() throws Exception {
        var change = PageJson.modelChange(json("{'action': 'SHARE', 'share': 0.25}"), "m", ID);

        assertThat(change.getModel()).isEqualTo("m");
        assertThat(change.getChangeId()).isEqualTo(ID);
        assertThat(change.getAction()).isEqualTo(ModelAction.SHARE);
        assertThat(change.getShare()).isEqualTo(0.25);
        assertThatThrownBy(() -> PageJson.modelChange(json("{'action': 'EXPLODE'}"), "m", ID))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("action: must be one of");
    }

    @Test
    void a_model_shows_what_waits_and_no_number_that_json_does_not_have() throws Exception {
        CheckpointQuality quality =
                CheckpointQuality.newBuilder()
                        .setDatasetFingerprint("f")
                        .setExtractor("e")
                        .setRealImages(1)
                        .setImages(16)
                        .setNetworkEvaluations(16)
                        .setDistanceName("FID")
                        .setDistance(Double.NaN)
                        .setDistanceError(0.5)
                        .setKernelDistance(0)
                        .setKernelDistanceError(0)
                        .setPrecision(1)
                        .setRecall(1)
                        .build();
        JsonNode model =
                RecordJson.of(
                        PublishedCheckpoint.newBuilder()
                                .setModel("m")
                                .setCheckpoint("c")
                                .setFamily("ncsnv2")
                                .setNgf(4)
                                .setImageSize(8)
                                .setChannels(1)
                                .setLevels(2)
                                .setStepsPerLevel(1)
                                .setScheduleId("s")
                                .setPublishedAt(Instant.EPOCH)
                                .setQuality(quality)
                                .setCandidate(new OtherCheckpoint("d", null, null))
                                .build());

        assertThat(new ObjectMapper().readTree(model.toString())).isEqualTo(model);
        assertThat(model.at("/quality/distance").isNull()).isTrue();
        assertThat(model.at("/quality/distanceError").asDouble()).isEqualTo(0.5);
        assertThat(model.at("/candidate/checkpoint").asText()).isEqualTo("d");
        assertThat(model.at("/previous").isNull()).isTrue();
    }

    private static RetrainingRequest retraining(String text) throws JsonProcessingException {
        return PageJson.retrainingRequest(json(text), ID);
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
