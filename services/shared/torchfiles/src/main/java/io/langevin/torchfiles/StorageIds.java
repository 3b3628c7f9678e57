package io.langevin.torchfiles;

import java.util.List;

/** The persistent ids by which a pickle of PyTorch names its storages. */
final class StorageIds {
    private StorageIds() {}

    /**
     * The storage that {@code ('storage', type, key, device, elements)} names, in files before
     * PyTorch 1.6 with a sixth part for views, which is None since PyTorch 0.4.
     */
    static TorchStorage parse(List<?> id, TorchStorage.Source source) {
        if (id.size() < 5
                || id.size() > 6
                || !"storage".equals(id.get(0))
                || !(id.get(1) instanceof TorchElement element)
                || !(id.get(2) instanceof String key)
                || !(id.get(4) instanceof Long length)
                || id.size() == 6 && id.get(5) != null) {
            throw new IllegalArgumentException(
                    "pickle: has a persistent id that names no storage, or a view of another");
        }
        return new TorchStorage(element, key, length, source);
    }
}
