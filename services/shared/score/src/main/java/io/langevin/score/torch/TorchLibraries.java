package io.langevin.score.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Finds a PyTorch that was built with CUDA and names it to DJL, which must be done before DJL loads
 * one: the jars of this platform bring PyTorch for processors alone.
 */
final class TorchLibraries {
    /** DJL's own bridge is made for this version and this CUDA. */
    static final String VERSION = "2.7.1";

    static final String FLAVOUR = "cu128";

    /** Names the folder of PyTorch's libraries; where it is set, nothing is looked for. */
    static final String FOLDER = "PYTORCH_LIBRARY_PATH";

    private static final String CUDA_LIBRARY = "libtorch_cuda.so";
    private static final int PATIENCE_SECONDS = 20;

    /** Looks at the package without importing it, which would take seconds. */
    private static final String LOOK =
            """
            import importlib.metadata, importlib.util, os
            spec = importlib.util.find_spec("torch")
            if spec:
                print(importlib.metadata.version("torch"))
                print(os.path.join(os.path.dirname(spec.origin), "lib"))
            """;

    private TorchLibraries() {}

    /**
     * Names the libraries to DJL.
     *
     * @return why there are none; empty where there are
     */
    static Optional<String> use() {
        if (isSet(FOLDER)) {
            return obstacle(VERSION, Path.of(value(FOLDER)), FOLDER + " names");
        }
        String python = System.getenv().getOrDefault("TORCH_PYTHON", "python3");
        List<String> found = look(python);
        if (found.size() != 2) {
            return Optional.of("%s is not set and %s has no torch".formatted(FOLDER, python));
        }
        Path folder = Path.of(found.get(1));
        Optional<String> obstacle = obstacle(found.get(0), folder, python + " has");
        if (obstacle.isEmpty()) {
            System.setProperty(FOLDER, folder.toString());
            System.setProperty("PYTORCH_VERSION", VERSION);
            System.setProperty("PYTORCH_FLAVOR", FLAVOUR);
        }
        return obstacle;
    }

    /** The folder that DJL takes them from. */
    static String folder() {
        return value(FOLDER);
    }

    /**
     * @param version as Python's packages say it: 2.7.1+cu128
     * @param who says where the folder was found
     */
    static Optional<String> obstacle(String version, Path folder, String who) {
        if (!version.split("\\+")[0].equals(VERSION)) {
            return Optional.of(
                    "%s torch %s in %s, and DJL's bridge needs %s (%s)"
                            .formatted(who, version, folder, VERSION, FLAVOUR));
        }
        if (!Files.exists(folder.resolve(CUDA_LIBRARY))) {
            return Optional.of(
                    "%s a torch without CUDA: there is no %s in %s"
                            .formatted(who, CUDA_LIBRARY, folder));
        }
        return Optional.empty();
    }

    /** What Python prints; nothing where it has no such package or is not there itself. */
    private static List<String> look(String python) {
        try {
            Process process =
                    new ProcessBuilder(python, "-c", LOOK)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try {
                process.getOutputStream().close();
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    return List.of();
                }
                byte[] printed = process.getInputStream().readAllBytes();
                return new String(printed, StandardCharsets.UTF_8).lines().toList();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static boolean isSet(String name) {
        return value(name) != null && !value(name).isEmpty();
    }

    /** Where DJL looks, in the same order. */
    private static String value(String name) {
        String set = System.getenv(name);
        return set == null ? System.getProperty(name) : set;
    }
}
