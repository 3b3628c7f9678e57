package io.langevin.torchfiles;

import java.io.Closeable;

/** An open file: its values, and what the tensors among them are read from. */
interface Storages extends TorchStorage.Source, Closeable {
    /** Map, List, String, Long, BigInteger, Double, Boolean, null and {@link TorchTensor}. */
    Object content();
}
