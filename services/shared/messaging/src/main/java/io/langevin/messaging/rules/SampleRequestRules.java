package io.langevin.messaging.rules;

import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireIdIsKey;
import static io.langevin.messaging.rules.RecordRules.requireLabels;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.TaskKind;

/** What every sample request must be, whatever the model that it names. */
public final class SampleRequestRules {
    /** More images than this are several requests. */
    private static final int MOST_IMAGES = 10_000;

    /** Anything beyond is a mistake: three times the difference is much already. */
    private static final int MOST_GUIDANCE = 10;

    private SampleRequestRules() {}

    /**
     * @param key of the record
     * @throws RejectedException which field, which rule, which value
     */
    public static void check(SampleRequest request, String key) {
        requireIdIsKey("requestId", request.getRequestId(), key);
        requireModelName(request.getModel());
        requireLabels(request.getLabels());
        between("count", request.getCount(), 1, MOST_IMAGES);
        require(
                request.getPreviewEvery() >= 0,
                "previewEvery",
                "be at least 1, or 0 for no previews",
                request.getPreviewEvery());
        require(
                !request.getSeedOfImage()
                        || request.getSeed() != null
                                && request.getCount() == 1
                                && request.getTask().getKind() != TaskKind.INTERPOLATE,
                "seedOfImage",
                "be false without a seed, for more than one image and for an interpolation",
                true);
        checkGuide(request.getSampler(), request.getTask().getKind());
    }

    private static void checkGuide(Sampler sampler, TaskKind task) {
        String guide = sampler.getGuide();
        Double guidance = sampler.getGuidance();
        require(
                guide == null || task != TaskKind.SCORE,
                "sampler.guide",
                "be null for SCORE, which judges by the network alone",
                guide);
        require(
                guidance == null || guide != null,
                "sampler.guidance",
                "be null without a guide",
                guidance);
        require(
                guidance == null || guidance >= 0 && guidance <= MOST_GUIDANCE,
                "sampler.guidance",
                "be 0 to " + MOST_GUIDANCE,
                guidance);
    }
}
