package io.langevin.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunningServiceTest {
    private final List<String> closed = new ArrayList<>();

    /** Works until it is closed. */
    private static final class Loop implements ServiceLoop {
        private final CountDownLatch over = new CountDownLatch(1);

        @Override
        public void run() throws InterruptedException {
            over.await();
        }

        @Override
        public void close() {
            over.countDown();
        }
    }

    private final class View implements FollowedView {
        private final CompletableFuture<Void> ended = new CompletableFuture<>();

        @Override
        public CompletableFuture<Void> ended() {
            return ended;
        }

        @Override
        public void close() {
            closed.add("view");
        }
    }

    @Test
    void a_service_closes_its_parts_the_last_one_first() throws Exception {
        RunningService service =
                RunningService.start(
                        "test",
                        parts -> {
                            parts.open(() -> closed.add("store"));
                            parts.follow(new View());
                            return new Loop();
                        });
        assertThat(service.isWorking()).isTrue();

        service.close();

        assertThat(closed).containsExactly("view", "store");
        service.awaitEnd();
    }

    @Test
    void a_view_that_cannot_be_followed_any_longer_ends_its_service() throws Exception {
        var view = new View();
        RunningService service =
                RunningService.start(
                        "test",
                        parts -> {
                            parts.follow(view);
                            return new Loop();
                        });

        view.ended.completeExceptionally(new IllegalStateException("the topic is gone"));

        assertThatThrownBy(service::awaitEnd).hasMessage("the topic is gone");
        assertThat(service.isWorking()).isFalse();
        service.close();
    }

    @Test
    void what_was_opened_is_closed_where_the_service_cannot_be_put_together() {
        assertThatThrownBy(
                        () ->
                                RunningService.start(
                                        "test",
                                        parts -> {
                                            parts.open(() -> closed.add("store"));
                                            throw new ConfigurationException("no such host");
                                        }))
                .hasMessage("no such host");
        assertThat(closed).containsExactly("store");
    }
}
