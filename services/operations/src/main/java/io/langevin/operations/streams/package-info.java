/**
 * The platform's topics as streams of Kafka Streams: how records enter and leave, and what becomes
 * of those that cannot be used. {@link io.langevin.operations.streams.TopicStreams} is the door.
 */
package io.langevin.operations.streams;
