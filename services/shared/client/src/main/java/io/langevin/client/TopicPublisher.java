package io.langevin.client;

import io.langevin.messaging.Topic;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.follow.TopicFollower;
import io.langevin.process.OpenedResources;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;

/**
 * The records of a topic from now on, as fast as each subscriber asks for them: for one that asks
 * for no more, the topic is read no further. Every subscriber has a reader of its own.
 */
final class TopicPublisher<T extends SpecificRecord> implements Flow.Publisher<T> {
    private final PlatformClient platform;
    private final Topic<T> topic;
    private final OpenedResources opened;

    /**
     * @param opened what is closed with the client
     */
    TopicPublisher(PlatformClient platform, Topic<T> topic, OpenedResources opened) {
        this.platform = platform;
        this.topic = topic;
        this.opened = opened;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        var reading = new Reading(subscriber);
        opened.push(reading);
        subscriber.onSubscribe(reading);
        try {
            reading.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reading.fail(e);
        } catch (RuntimeException e) {
            reading.fail(e);
        }
    }

    /** One subscriber, and the thread that reads for it. */
    private final class Reading implements Flow.Subscription, AutoCloseable {
        private final Flow.Subscriber<? super T> subscriber;
        private final Semaphore wanted = new Semaphore(0);
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile TopicFollower<T> follower;

        private Reading(Flow.Subscriber<? super T> subscriber) {
            this.subscriber = subscriber;
        }

        private void start() throws InterruptedException {
            follower =
                    TopicFollower.start(
                            platform.kafka(),
                            platform.schemas(),
                            topic,
                            new From.Now(),
                            (record, source) -> {
                                if (record != null) {
                                    deliver(record);
                                }
                            });
            follower.ended()
                    .whenComplete(
                            (done, failure) -> {
                                if (failure != null) {
                                    fail(failure);
                                }
                            });
            if (over.get()) {
                follower.close();
                return;
            }
            follower.awaitCaughtUp(platform.patience());
        }

        /** Waits until the subscriber wants one more. */
        private void deliver(T record) {
            wanted.acquireUninterruptibly();
            if (!over.get()) {
                subscriber.onNext(record);
            }
        }

        @Override
        public synchronized void request(long n) {
            if (n <= 0) {
                fail(new IllegalArgumentException("n: must be above 0, not " + n));
                return;
            }
            wanted.release((int) Math.min(n, Integer.MAX_VALUE - wanted.availablePermits()));
        }

        private void fail(Throwable why) {
            if (!over.getAndSet(true)) {
                subscriber.onError(why);
                end();
            }
        }

        @Override
        public void cancel() {
            if (!over.getAndSet(true)) {
                end();
            }
        }

        /** This runs on a thread of its own: it waits for the reader, which may be the caller. */
        private synchronized void end() {
            opened.forget(this);
            wanted.release(Integer.MAX_VALUE - wanted.availablePermits());
            TopicFollower<T> reader = follower;
            if (reader != null) {
                Thread ending = new Thread(reader::close, "unsubscribe-" + topic.suffix());
                ending.setDaemon(true);
                ending.start();
            }
        }

        @Override
        public void close() {
            if (!over.getAndSet(true)) {
                subscriber.onComplete();
                end();
            }
        }
    }
}
