package io.langevin.score.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * A TorchScript program in memory, be it ours or a stranger's. Several threads may call it at a
 * time; {@link #useThisThread} must have been called on each.
 */
public final class TorchModule implements AutoCloseable {
    /** Loads the native library before anything calls into it. */
    private static final Engine PYTORCH = Engine.getEngine("PyTorch");

    private final PtSymbolBlock block;

    private TorchModule(PtSymbolBlock block) {
        this.block = block;
    }

    /** A manager of PyTorch arrays in the processor's memory; whoever asks closes it. */
    public static NDManager newManager() {
        return newManager(ComputeDevice.CPU);
    }

    /** A manager of PyTorch arrays on a device; whoever asks closes it. */
    public static NDManager newManager(ComputeDevice device) {
        return PYTORCH.newBaseManager(device.place());
    }

    /** PyTorch's version and the folder that its libraries were loaded from. */
    public static String version() {
        return "%s from %s".formatted(PYTORCH.getVersion(), LibUtils.getLibtorchPath());
    }

    /** Whether PyTorch was built with oneDNN, its library for convolutions on processors. */
    public static boolean hasOneDnn() {
        return JniUtils.getFeatures().contains("MKLDNN");
    }

    /** Gives memory back that PyTorch keeps for later; nothing where no GPU is used. */
    static void releaseCache() {
        if (JniUtils.getFeatures().contains("CUDA")) {
            JniUtils.emptyCudaCache();
        }
    }

    /** Why arrays cannot be on a device; empty where they can. */
    public static Optional<String> obstacle(ComputeDevice device) {
        if (device.place().isGpu() && !JniUtils.getFeatures().contains("CUDA")) {
            return Optional.of("PyTorch %s was built without CUDA".formatted(version()));
        }
        try (NDManager manager = newManager(device);
                NDArray one = manager.create(1f);
                NDArray two = one.add(1f)) {
            return two.getFloat() == 2
                    ? Optional.empty()
                    : Optional.of("it does not add: 1 + 1 is " + two.getFloat());
        } catch (EngineException e) {
            return Optional.of(
                    "PyTorch cannot use it: " + e.getMessage().lines().findFirst().orElse(""));
        }
    }

    /**
     * Turns off the graph optimiser and gradients on the calling thread, and lets it run operators
     * alone: {@link TorchThreads} shares out images, not operators. All three settings are per
     * thread; asking for the number of threads first keeps PyTorch from setting it again later.
     */
    public static void useThisThread() {
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
        if (JniUtils.getNumThreads() != 1) {
            JniUtils.setNumThreads(1);
        }
    }

    /**
     * Compiles a program.
     *
     * @param archive as {@code torch.jit.save} writes it
     */
    public static TorchModule load(NDManager manager, InputStream archive) throws IOException {
        return new TorchModule(JniUtils.loadModule((PtNDManager) manager, archive, false, false));
    }

    /** Leaves out what a module does in training alone, such as dropout. */
    public void evaluate() {
        JniUtils.enableInferenceMode(block);
    }

    /** What a method gives for some inputs, which stay open; whoever asks closes it. */
    public IValue call(String method, IValue... inputs) {
        return IValueUtils.runMethod(block, method, inputs);
    }

    /** The same; the inputs are closed. */
    public IValue run(String method, IValue... inputs) {
        try {
            return call(method, inputs);
        } finally {
            Arrays.stream(inputs).forEach(IValue::close);
        }
    }

    /**
     * What a method gives that computes gradients: DJL enters inference mode, which forbids them,
     * in every other kind of call.
     *
     * @param inputs arrays; the results belong to the manager of {@code name}
     */
    public NDList differentiate(String method, NDManager manager, NDArray... inputs) {
        try (NDArray name = manager.create(0f)) {
            name.setName("module_method:" + method);
            NDList all = new NDList(name);
            all.addAll(Arrays.asList(inputs));
            return IValueUtils.forward(block, all, true);
        }
    }

    /** An array as an input. */
    public static IValue input(NDArray array) {
        return IValue.from((PtNDArray) array);
    }

    /** An output as an array of that manager; the output is closed. */
    public static NDArray array(NDManager manager, IValue output) {
        try (output) {
            return output.toTensor((PtNDManager) manager);
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
