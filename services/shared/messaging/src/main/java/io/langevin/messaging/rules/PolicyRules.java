package io.langevin.messaging.rules;

import static io.langevin.messaging.rules.RecordRules.atLeast;
import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.isModelName;
import static io.langevin.messaging.rules.RecordRules.positive;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import java.time.Instant;
import java.util.UUID;

/** What a standing rule may be: whoever sends one can check it first. */
public final class PolicyRules {
    private static final int MOST_COOL_DOWN = 366 * 24 * 3_600;
    private static final int LARGEST_DRIFT = 1_000;

    private PolicyRules() {}

    /**
     * @param key of the record
     * @throws RejectedException which field, which rule, which value
     */
    public static void check(RetrainingPolicy policy, String key) {
        String id = policy.getPolicyId();
        require(
                isModelName(id),
                "policyId",
                "be 1 to 100 letters, digits, '.', '_' or '-'",
                "'" + id + "'");
        require(id.equals(key), "policyId", "equal the key of its record", id);
        String run = UUID.randomUUID().toString();
        RetrainingRequest request = policy.getRequest();
        RetrainingRules.check(RetrainingRequest.newBuilder(request).setRunId(run).build(), run);
        between("coolDownSeconds", policy.getCoolDownSeconds(), 0, MOST_COOL_DOWN);
        checkConditions(policy);
    }

    private static void checkConditions(RetrainingPolicy policy) {
        boolean data = policy.getMoreImages() != null || policy.getDrift() != null;
        require(
                data || policy.getCron() != null || policy.getDistanceAbove() != null,
                "policyId",
                "have a condition: cron, moreImages, drift or distanceAbove",
                "none");
        if (policy.getCron() != null) {
            require(
                    CronTimes.parse(policy.getCron()).after(Instant.now()).isPresent(),
                    "cron",
                    "name a time that comes",
                    "'" + policy.getCron() + "'");
        }
        if (policy.getMoreImages() != null) {
            atLeast("moreImages", policy.getMoreImages(), 1);
        }
        if (policy.getDrift() != null) {
            positive("drift", policy.getDrift(), LARGEST_DRIFT);
        }
        if (policy.getDistanceAbove() != null) {
            double bound = policy.getDistanceAbove();
            require(
                    bound >= 0 && bound < Double.POSITIVE_INFINITY,
                    "distanceAbove",
                    "be finite and at least 0",
                    bound);
        }
        String dataset = policy.getRequest().getDataset();
        require(
                !data || dataset.startsWith("topic:") && !dataset.contains("@"),
                "request.dataset",
                "be topic:NAME where moreImages or drift is a condition",
                "'" + dataset + "'");
    }
}
