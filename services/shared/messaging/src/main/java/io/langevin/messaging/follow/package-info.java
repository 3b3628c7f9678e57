/**
 * Topics that every process reads for itself: {@link io.langevin.messaging.follow.TopicFollower}.
 */
package io.langevin.messaging.follow;
