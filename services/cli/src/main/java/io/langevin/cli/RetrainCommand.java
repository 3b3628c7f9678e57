package io.langevin.cli;

import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;

import io.langevin.records.NetworkParameters;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.TrainingParameters;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Publishes a retraining request. */
@Command(
        name = "retrain",
        description = "Ask for a model to be trained on a data set and published.",
        footer = {
            "",
            "The defaults suit a laptop and a data set of small grey images; the paper's are",
            "  --ngf 128 --batch 128 --learning-rate 1e-4 --warmup 0 --ema 0.999 --iterations 300000"
        })
final class RetrainCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Option(names = "--model", required = true, description = "Name of the model to publish.")
    String model;

    @Option(names = "--dataset", required = true, description = "Name of the data set.")
    String dataset;

    @Option(
            names = "--size",
            defaultValue = "16",
            description = "Height and width in pixels (default: ${DEFAULT-VALUE}).")
    int size;

    @Option(
            names = "--ngf",
            defaultValue = "32",
            description = "Filters of the network's first stage (default: ${DEFAULT-VALUE}).")
    int ngf;

    @Option(
            names = "--iterations",
            defaultValue = "200000",
            description = "Optimiser steps at the most (default: ${DEFAULT-VALUE}).")
    int iterations;

    @Option(
            names = "--seconds",
            defaultValue = "300",
            description =
                    "Seconds of training at the most; 0: no limit (default: ${DEFAULT-VALUE}).")
    int seconds;

    @Option(
            names = "--batch",
            defaultValue = "32",
            description = "Images in a batch (default: ${DEFAULT-VALUE}).")
    int batch;

    @Option(
            names = "--learning-rate",
            defaultValue = "1e-3",
            description = "Adam's step size (default: ${DEFAULT-VALUE}).")
    double learningRate;

    @Option(
            names = "--warmup",
            defaultValue = "50",
            description = "Steps until the full step size (default: ${DEFAULT-VALUE}).")
    int warmup;

    @Option(
            names = "--ema",
            defaultValue = "0.995",
            description = "Decay of the weights' moving average (default: ${DEFAULT-VALUE}).")
    double ema;

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "Seed of weights, order and noise (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--wait", description = "Wait until the checkpoint is published.")
    boolean wait;

    @Override
    public Integer call() throws InterruptedException {
        RetrainingRequest request = request();
        try (Platform platform = Platform.at(connection.kafka())) {
            if (wait) {
                Retraining.askAndWait(platform, request);
                return 0;
            }
            platform.write(RETRAINING_REQUESTS, request.getRunId(), request);
            System.out.printf(
                    "run %s is asked for; './langevin jobs %s' tells its state%n",
                    request.getRunId(), request.getRunId());
        }
        return 0;
    }

    private RetrainingRequest request() {
        return RetrainingRequest.newBuilder()
                .setRunId(UUID.randomUUID().toString())
                .setModel(model)
                .setDataset(dataset)
                .setImageSize(size)
                .setNetwork(NetworkParameters.newBuilder().setNgf(ngf).build())
                .setTraining(
                        TrainingParameters.newBuilder()
                                .setIterations(iterations)
                                .setMaximumSeconds(seconds)
                                .setBatchSize(batch)
                                .setLearningRate(learningRate)
                                .setWarmupIterations(warmup)
                                .setEmaDecay(ema)
                                .setEmaRamp(true)
                                .setSeed(seed)
                                .build())
                .build();
    }
}
