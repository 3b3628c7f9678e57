package io.langevin.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory of this process as Linux counts it; elsewhere unknown. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    static OptionalLong megabytes() throws IOException {
        return field("VmRSS:");
    }

    /** The most that it has been. */
    static OptionalLong peakMegabytes() throws IOException {
        return field("VmHWM:");
    }

    private static OptionalLong field(String name) throws IOException {
        if (!Files.exists(STATUS)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst();
    }
}
