package io.langevin.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The convolution peak of this machine: the fastest of bare 3×3 convolutions of two shapes, each
 * both with the operator shared out over all processors and with a convolution on every processor.
 */
final class ConvolutionPeak implements AutoCloseable {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final List<Group> groups = new ArrayList<>();

    /** A shape of convolution: {@code channels} in and out at {@code size}×{@code size}. */
    record Kind(int batch, int channels, int size) {}

    /** Convolutions that run at the same time, each on a thread of its own. */
    private record Group(List<ExecutorService> threads, List<Convolution> convolutions) {}

    ConvolutionPeak(Kind... kinds) throws Exception {
        for (Kind kind : kinds) {
            groups.add(group(1, PROCESSORS, kind.batch(), kind));
            groups.add(group(PROCESSORS, 1, Math.max(2, kind.batch() / PROCESSORS), kind));
        }
    }

    private static Group group(int convolutions, int threads, int batch, Kind kind)
            throws Exception {
        var group = new Group(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < convolutions; i++) {
            ExecutorService thread = Executors.newSingleThreadExecutor();
            group.threads.add(thread);
            group.convolutions.add(
                    thread.submit(
                                    () ->
                                            new Convolution(
                                                    threads, batch, kind.channels(), kind.size()))
                            .get());
        }
        return group;
    }

    /** Operations a second, over about a quarter of a second for each way. */
    double measure() throws Exception {
        double best = 0;
        for (Group group : groups) {
            run(group, 1);
            int calls = (int) Math.max(1, 0.25 / Timing.seconds(() -> run(group, 1)));
            double seconds = Timing.seconds(() -> run(group, calls));
            double flops = group.convolutions.stream().mapToDouble(Convolution::flops).sum();
            best = Math.max(best, calls * flops / seconds);
        }
        return best;
    }

    private static void run(Group group, int calls) throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < group.threads.size(); i++) {
            Convolution convolution = group.convolutions.get(i);
            running.add(
                    group.threads
                            .get(i)
                            .submit(
                                    () -> {
                                        for (int call = 0; call < calls; call++) {
                                            convolution.run();
                                        }
                                    }));
        }
        for (Future<?> part : running) {
            part.get();
        }
    }

    @Override
    public void close() {
        for (Group group : groups) {
            group.convolutions.forEach(Convolution::close);
            group.threads.forEach(ExecutorService::shutdown);
        }
    }
}
