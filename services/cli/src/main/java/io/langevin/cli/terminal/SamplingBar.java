package io.langevin.cli.terminal;

import io.langevin.client.PlatformClient;
import io.langevin.client.Sampling;
import io.langevin.messaging.rules.SampleRequestRules;
import io.langevin.records.SampleRequest;

/** A sample request with a bar on the terminal. */
public final class SamplingBar {
    /** A sign of life while no image is finished. */
    private static final int PREVIEW_ROWS = 16;

    private SamplingBar() {}

    /**
     * Asks as {@link Sampling#ask} does. The id is said first, and Ctrl-C asks the request to stop.
     *
     * @throws io.langevin.messaging.rules.RejectedException where no model could serve it
     */
    public static Sampling.Answer ask(
            PlatformClient platform, SampleRequest request, long patienceSeconds)
            throws InterruptedException {
        SampleRequestRules.check(request, request.getRequestId());
        System.err.println("request " + request.getRequestId());
        String task = "sampling " + request.getModel();
        SampleRequest lively =
                request.getPreviewEvery() > 0
                        ? request
                        : SampleRequest.newBuilder(request).setPreviewEvery(PREVIEW_ROWS).build();
        OnInterrupt interrupt = OnInterrupt.cancel(platform, request.getRequestId());
        try (Progress progress = Progress.of(task, request.getCount(), "images")) {
            return Sampling.ask(platform, lively, patienceSeconds, progress::at);
        } finally {
            interrupt.close();
        }
    }
}
