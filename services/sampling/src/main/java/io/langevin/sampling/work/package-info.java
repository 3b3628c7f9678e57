/**
 * Requests that are worked on: an {@link io.langevin.sampling.work.ActiveRequest} knows how far its
 * images are, its {@link io.langevin.sampling.work.RequestWork} what they are to become.
 */
package io.langevin.sampling.work;
