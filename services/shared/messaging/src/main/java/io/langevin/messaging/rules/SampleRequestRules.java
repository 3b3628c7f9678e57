package io.langevin.messaging.rules;

import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireIdIsKey;
import static io.langevin.messaging.rules.RecordRules.requireLabels;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.records.SampleRequest;
import io.langevin.records.TaskKind;

/** What every sample request must be, whatever the model that it names. */
public final class SampleRequestRules {
    /** More images than this are several requests. */
    private static final int MOST_IMAGES = 10_000;

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
    }
}
