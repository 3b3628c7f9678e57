package io.langevin.sampling.work;

/** Images from noise. */
record Generation() implements SamplingTask {}
