/**
 * The samplers: {@link io.langevin.sampling.samplers.Samplers} names them, and a {@link
 * io.langevin.sampling.samplers.SamplerPlanner} makes the plan of each.
 */
package io.langevin.sampling.samplers;
