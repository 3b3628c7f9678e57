package io.langevin.sampling.work;

/**
 * A finished picture.
 *
 * @param pixels channels·height·width numbers, channel by channel
 * @param width in pixels
 * @param height in pixels
 */
public record Picture(float[] pixels, int width, int height) {}
