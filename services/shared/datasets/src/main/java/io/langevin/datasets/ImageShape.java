package io.langevin.datasets;

/**
 * What images are brought to.
 *
 * @param size height and width in pixels, 1 to 1024
 * @param channels 1 grey, 3 RGB, 0 as the data is
 */
public record ImageShape(int size, int channels) {
    public ImageShape {
        if (size < 1 || size > 1024) {
            throw new DatasetException("imageSize: must be 1 to 1024 pixels, not " + size);
        }
        if (channels != 0 && channels != 1 && channels != 3) {
            throw new DatasetException(
                    "channels: must be 1 (grey), 3 (RGB) or 0 (as the data is), not " + channels);
        }
    }
}
