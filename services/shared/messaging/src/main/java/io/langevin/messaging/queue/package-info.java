/**
 * Jobs from a share group: {@link io.langevin.messaging.queue.JobWorker} takes them one at a time,
 * and a {@link io.langevin.messaging.queue.JobHandler} does them.
 */
package io.langevin.messaging.queue;
