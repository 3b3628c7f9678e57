/**
 * Records from a consumer group whose answers commit with their offsets: {@link
 * io.langevin.messaging.stream.TransactionalStream}.
 */
package io.langevin.messaging.stream;
