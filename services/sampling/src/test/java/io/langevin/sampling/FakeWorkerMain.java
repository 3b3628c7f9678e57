package io.langevin.sampling;

import io.langevin.process.ServiceMain;

/** The sampling service on a network that takes no time. */
final class FakeWorkerMain {
    private FakeWorkerMain() {}

    public static void main(String[] arguments) {
        ServiceMain.run(
                SamplingConfig.NAME,
                SamplingConfig::from,
                (config, metrics) ->
                        SamplingService.start(
                                config,
                                metrics,
                                (checkpoint, precision) -> FakeNetwork.free(checkpoint)));
    }
}
