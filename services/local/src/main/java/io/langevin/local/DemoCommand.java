package io.langevin.local;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.ImageGrid;
import io.langevin.cli.terminal.RetrainingBar;
import io.langevin.cli.terminal.SamplingBar;
import io.langevin.client.PlatformClient;
import io.langevin.client.Sampling;
import io.langevin.messaging.rules.ShortTraining;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.SampleRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the whole path of an image and of a training. */
@Command(
        name = "demo",
        description =
                "Start the platform in demo/data, sample from the bundled model, train another one"
                        + " on the bundled images, sample from it. Leaves demo/samples.png and"
                        + " demo/retrained.png.")
final class DemoCommand implements Callable<Integer> {
    private static final String TRAINED = "fashion-retrained";
    private static final int IMAGES = 36;
    private static final long PATIENCE_SECONDS = 600;

    @Option(names = "--once", description = "Stop when the pictures are there.")
    boolean once;

    @Option(
            names = "--train-seconds",
            defaultValue = "120",
            description = "How long to train (default: ${DEFAULT-VALUE}).")
    int trainSeconds;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "demo",
            description = "Where pictures and data go (default: ${DEFAULT-VALUE}).")
    Path out;

    @Mixin DeviceOptions on;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        System.out.println("starting a broker, a registry and five services …");
        var config =
                new LocalConfig(
                        out.resolve("data"), LocalConfig.homeOfProcess(), 0, 0, 0, on.devices());
        try (RunningHere here = RunningHere.start(config)) {
            System.out.println("dashboard: " + here.platform().address().page());
            try (PlatformClient platform = PlatformClient.at(here.platform().kafka())) {
                picture(platform, "fashion", out.resolve("samples.png"));
                RetrainingBar.askAndWait(platform, retraining());
                picture(platform, TRAINED, out.resolve("retrained.png"));
            }
            if (once) {
                return 0;
            }
            System.out.println("the platform stays up until Ctrl-C");
            throw new CommandFailure(here.platform().failure().get());
        }
    }

    private static void picture(PlatformClient platform, String model, Path file)
            throws InterruptedException {
        SampleRequest request =
                SampleRequest.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setModel(model)
                        .setCount(IMAGES)
                        .setSeed(7L)
                        .build();
        Sampling.Answer answer = SamplingBar.ask(platform, request, PATIENCE_SECONDS);
        ImageGrid.write(answer.images(), file);
        System.out.println("wrote " + file);
    }

    private RetrainingRequest retraining() {
        var request = ShortTraining.request();
        request.getTrainingBuilder()
                .setMaximumSeconds(trainSeconds)
                .setLearningRate(2e-3)
                .setEmaDecay(0.99);
        return request.setRunId(UUID.randomUUID().toString())
                .setModel(TRAINED)
                .setDataset("fashion")
                .setImageSize(16)
                .build();
    }
}
