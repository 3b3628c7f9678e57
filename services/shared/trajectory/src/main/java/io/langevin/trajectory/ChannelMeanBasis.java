package io.langevin.trajectory;

/**
 * The basis of the average over channels: for every pixel the vector that is the same in each of
 * its C channels.
 *
 * @param channels C
 * @param pixels of a channel
 */
public record ChannelMeanBasis(int channels, int pixels) implements SingularBasis {
    @Override
    public int size() {
        return pixels;
    }

    @Override
    public int numbers() {
        return 0;
    }

    @Override
    public void project(float[] image, float[] coefficients) {
        float length = (float) Math.sqrt(channels);
        for (int k = 0; k < pixels; k++) {
            float sum = 0;
            for (int c = 0; c < channels; c++) {
                sum += image[c * pixels + k];
            }
            coefficients[k] = sum / length;
        }
    }

    @Override
    public void add(float[] coefficients, float scale, float[] image, int offset) {
        float weight = scale / (float) Math.sqrt(channels);
        for (int c = 0; c < channels; c++) {
            for (int k = 0; k < pixels; k++) {
                image[offset + c * pixels + k] += weight * coefficients[k];
            }
        }
    }
}
