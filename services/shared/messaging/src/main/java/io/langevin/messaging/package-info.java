/**
 * Records on topics, and the processes that read and write them. Configuration: {@link
 * io.langevin.messaging.Environment}, {@link io.langevin.messaging.KafkaConfig}. The contract:
 * {@link io.langevin.messaging.Topics}, {@link io.langevin.messaging.AvroSerde}. Ways of reading:
 * {@link io.langevin.messaging.JobWorker} (a queue), {@link
 * io.langevin.messaging.TransactionalStream} (a stream), {@link
 * io.langevin.messaging.TopicFollower} (everything, by everyone). Life of a process: {@link
 * io.langevin.messaging.ServiceMain}.
 */
package io.langevin.messaging;
