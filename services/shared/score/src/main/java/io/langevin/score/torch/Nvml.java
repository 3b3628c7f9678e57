package io.langevin.score.torch;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NVIDIA's management library, which comes with the driver and needs no CUDA. Names, numbers and
 * structures are those of its reference manual.
 */
final class Nvml {
    static final String LIBRARY = "libnvidia-ml.so.1";

    private static final int SUCCESS = 0;

    /** NVML_DEVICE_NAME_V2_BUFFER_SIZE, more than the driver version needs. */
    private static final int TEXT = 96;

    private final NativeLibrary library;

    private Nvml(NativeLibrary library) {
        this.library = library;
    }

    /** The library; empty where this machine has none, or it cannot talk to the driver. */
    static Optional<Nvml> open(String library) {
        try {
            var nvml = new Nvml(NativeLibrary.getInstance(library));
            return nvml.succeeds("nvmlInit_v2") ? Optional.of(nvml) : Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
    }

    String driver() {
        try (Memory text = new Memory(TEXT)) {
            return succeeds("nvmlSystemGetDriverVersion", text, TEXT)
                    ? text.getString(0)
                    : "unknown";
        }
    }

    /** All of the machine, whatever CUDA shows to this process. */
    List<Accelerator> list() {
        var count = new IntByReference();
        List<Accelerator> accelerators = new ArrayList<>();
        if (succeeds("nvmlDeviceGetCount_v2", count)) {
            for (int i = 0; i < count.getValue(); i++) {
                var handle = new PointerByReference();
                if (succeeds("nvmlDeviceGetHandleByIndex_v2", i, handle)) {
                    accelerators.add(accelerator(i, handle.getValue()));
                }
            }
        }
        return accelerators;
    }

    private Accelerator accelerator(int index, Pointer handle) {
        try (Memory uuid = new Memory(TEXT);
                Memory name = new Memory(TEXT);
                Memory memory = new Memory(3 * Long.BYTES); // total, free, used
                Memory percent = new Memory(2 * Integer.BYTES)) { // of computing, of memory access
            uuid.clear();
            memory.clear();
            percent.clear();
            boolean named = succeeds("nvmlDeviceGetName", handle, name, TEXT);
            succeeds("nvmlDeviceGetUUID", handle, uuid, TEXT);
            succeeds("nvmlDeviceGetMemoryInfo", handle, memory);
            succeeds("nvmlDeviceGetUtilizationRates", handle, percent);
            return new Accelerator(
                    index,
                    uuid.getString(0),
                    named ? name.getString(0) : "unknown",
                    memory.getLong(0),
                    memory.getLong(Long.BYTES),
                    percent.getInt(0));
        }
    }

    private boolean succeeds(String function, Object... arguments) {
        return library.getFunction(function, Function.C_CONVENTION).invokeInt(arguments) == SUCCESS;
    }
}
