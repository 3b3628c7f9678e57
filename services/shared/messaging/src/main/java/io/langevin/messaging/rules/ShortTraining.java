package io.langevin.messaging.rules;

import io.langevin.records.NetworkParameters;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.TrainingParameters;

/**
 * A training of minutes on a processor, where the records' own defaults are the paper's days on a
 * GPU: the command line, the page and the demo ask for it.
 */
public final class ShortTraining {
    private static final int NGF = 32;

    private ShortTraining() {}

    /** A request whose network and training are set; the caller may change both. */
    public static RetrainingRequest.Builder request() {
        return RetrainingRequest.newBuilder()
                .setNetworkBuilder(NetworkParameters.newBuilder().setNgf(NGF))
                .setTrainingBuilder(
                        TrainingParameters.newBuilder()
                                .setBatchSize(32)
                                .setLearningRate(1e-3)
                                .setWarmupIterations(50)
                                .setEmaDecay(0.995)
                                .setEmaRamp(true));
    }
}
