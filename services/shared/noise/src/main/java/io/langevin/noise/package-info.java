/**
 * Noise schedules and sampling plans as pure mathematics over the JDK: Song and Ermon, "Improved
 * Techniques for Training Score-Based Generative Models" (2020), called "the paper" here.
 */
package io.langevin.noise;
