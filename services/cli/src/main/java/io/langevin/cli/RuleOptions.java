package io.langevin.cli;

import io.langevin.messaging.rules.PolicyRules;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import picocli.CommandLine.Option;

/** When a standing rule asks for a run. */
final class RuleOptions {
    private static final int USUAL_COOL_DOWN = 3_600;

    @Option(
            names = "--rule",
            paramLabel = "NAME",
            description =
                    "Keep the request as a standing rule: a run begins whenever one of the next"
                            + " four conditions holds.")
    private String name;

    @Option(
            names = "--cron",
            paramLabel = "LINE",
            description = "Of a rule: at these times, UTC, such as '0 3 * * *'.")
    private String cron;

    @Option(
            names = "--more-images",
            paramLabel = "N",
            description =
                    "Of a rule: when topic:NAME has so many more images than at its last run.")
    private Integer moreImages;

    @Option(
            names = "--drift",
            paramLabel = "SHARE",
            description =
                    "Of a rule: when the largest or the median distance within topic:NAME has"
                            + " changed by so much.")
    private Double drift;

    @Option(
            names = "--distance-above",
            paramLabel = "D",
            description =
                    "Of a rule: when the model's checkpoint was judged farther from the data.")
    private Double distanceAbove;

    @Option(
            names = "--cool-down",
            paramLabel = "SECONDS",
            description = "Of a rule: from the begin of a run to that of the next (default: 3600).")
    private Integer coolDown;

    /** Whether a rule is asked for, and no run. */
    boolean areGiven() {
        return name != null
                || cron != null
                || moreImages != null
                || drift != null
                || distanceAbove != null
                || coolDown != null;
    }

    /**
     * The rule.
     *
     * @throws io.langevin.messaging.rules.RejectedException which option, which rule, which value
     */
    RetrainingPolicy policy(RetrainingRequest request) {
        RetrainingPolicy policy =
                RetrainingPolicy.newBuilder()
                        .setPolicyId(name == null ? request.getModel() : name)
                        .setRequest(RetrainingRequest.newBuilder(request).setRunId("").build())
                        .setCron(cron)
                        .setMoreImages(moreImages)
                        .setDrift(drift)
                        .setDistanceAbove(distanceAbove)
                        .setCoolDownSeconds(coolDown == null ? USUAL_COOL_DOWN : coolDown)
                        .build();
        PolicyRules.check(policy, policy.getPolicyId());
        return policy;
    }
}
