package io.langevin.messaging;

/** What every service's configuration has. */
public interface ServiceConfig {
    KafkaConfig kafka();
}
