package io.langevin.sampling.admission;

import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.Inert;
import io.langevin.sampling.request.SamplingRequest;
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
    static RejectedException of(SamplingRequest request, Throwable defect) {
        LOG.atError()
                .addKeyValue("requestId", Inert.text("" + request.key()))
                .addKeyValue("topic", request.source().topic())
                .addKeyValue("partition", request.source().partition())
                .addKeyValue("offset", request.source().offset())
                .setCause(defect)
                .log("request cannot be worked on");
        return new RejectedException("request: cannot be worked on: " + defect);
    }
}
