package io.langevin.messaging;

import io.langevin.process.ServiceConfig;

/** The configuration of a service on topics: it needs a broker that has them. */
public interface KafkaServiceConfig extends ServiceConfig {
    KafkaConfig kafka();

    @Override
    default void awaitNeeds() throws InterruptedException {
        Broker.await(kafka());
    }
}
