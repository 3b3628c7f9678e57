package io.langevin.sampling.admission;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.stream.Claim;
import io.langevin.process.Inert;
import io.langevin.records.SampleRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faults of this program that a request brings to light. They end that request, and neither the
 * process nor the next one that gets the request.
 */
final class Defects {
    private static final Logger LOG = LoggerFactory.getLogger(Defects.class);

    private Defects() {}

    /** Logs the stack; what the sender is told. */
    static RejectedException of(Claim<SampleRequest> claim, Throwable defect) {
        LOG.atError()
                .addKeyValue("requestId", Inert.text("" + claim.source().key()))
                .addKeyValue("topic", claim.source().topic())
                .addKeyValue("partition", claim.source().partition())
                .addKeyValue("offset", claim.source().offset())
                .setCause(defect)
                .log("request cannot be worked on");
        return new RejectedException("request: cannot be worked on: " + defect);
    }
}
