package io.langevin.process;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a service is made of, while it is put together. */
public final class ServiceParts {
    private final OpenedResources opened = new OpenedResources();
    private final List<CompletableFuture<?>> needed = new ArrayList<>();

    ServiceParts() {}

    /** A part that is closed with the service, before those that were opened earlier. */
    public <T extends AutoCloseable> T open(T part) {
        opened.push(part);
        return part;
    }

    /** Opens a view; the service ends when the view cannot be followed any longer. */
    public <T extends FollowedView> T follow(T view) {
        needed.add(view.ended());
        return open(view);
    }

    /** The service ends when this fails. */
    public void need(CompletableFuture<?> future) {
        needed.add(future);
    }

    OpenedResources opened() {
        return opened;
    }

    List<CompletableFuture<?>> needed() {
        return needed;
    }
}
