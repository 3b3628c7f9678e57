/**
 * The sampling service: sample requests in, images and outcomes out. {@link
 * io.langevin.sampling.SamplingLoop} is the path of a request; {@link
 * io.langevin.sampling.networks.PublishedCheckpoints} says which checkpoint a model has now.
 */
package io.langevin.sampling;
