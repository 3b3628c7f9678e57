/**
 * Records on topics, and the processes that read and write them. Configuration: {@link
 * io.langevin.process.Environment}, {@link io.langevin.messaging.KafkaConfig}. The contract: {@link
 * io.langevin.messaging.Topics}, {@link io.langevin.messaging.AvroSerde}. Ways of reading: {@link
 * io.langevin.messaging.queue.JobWorker} (a queue), {@link
 * io.langevin.messaging.stream.TransactionalStream} (a stream), {@link
 * io.langevin.messaging.follow.TopicFollower} (everything, by everyone). Life of a process: {@link
 * io.langevin.process.ServiceMain}.
 */
package io.langevin.messaging;
