package io.langevin.schedule;

import io.langevin.datasets.pixels.Picture;
import io.langevin.records.DatasetState;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What is known of a data set that grows: how many images it has, and how far they lie apart, by a
 * sample of those that came while this process has been here. One thread owns it.
 */
final class GatheredDataset {
    private static final int SAMPLE = 256;
    static final int LARGEST_SIDE = 32;
    private static final int CHANNELS = 3;
    private static final int MEDIAN_PAIRS = 1_000;

    /** A median of fewer says nothing. */
    private static final int FEWEST = 8;

    private static final double OF_A_CHANNEL = Math.sqrt(CHANNELS);

    private final DatasetState.Builder state;
    private final byte[][] sample = new byte[SAMPLE][];
    private int sampled;

    /** The median that was known before; 0 where none was. */
    private final double knownMedian;

    /** Images offered to the sample. */
    private int offered;

    /**
     * @param state what was known before; one of no image where nothing was
     */
    GatheredDataset(DatasetState state) {
        this.state = DatasetState.newBuilder(state);
        this.knownMedian = state.getMedianDistance();
    }

    /** A data set of which no image is known yet. */
    static DatasetState none(String name, long begin, Instant now) {
        return DatasetState.newBuilder()
                .setDataset(name)
                .setBeginOffset(begin)
                .setEndOffset(begin)
                .setImages(0)
                .setUpdatedAt(now)
                .build();
    }

    /** What is known by now. */
    DatasetState state() {
        return state.build();
    }

    /** Takes an image in. */
    void add(Picture picture, long offset, Instant at) {
        int side = Math.min(picture.width(), picture.height());
        if (state.getImages() == 0) {
            state.setImageSize(Math.min(LARGEST_SIDE, side));
        }
        if (picture.channels() == CHANNELS && state.getChannels() == 1) {
            state.setChannels(CHANNELS);
            // what was measured in one channel is the same in three
            state.setMaximumDistance(state.getMaximumDistance() * OF_A_CHANNEL);
            state.setMedianDistance(state.getMedianDistance() * OF_A_CHANNEL);
        }
        state.setImages(state.getImages() + 1);
        if (side >= state.getImageSize()) {
            measure(picture.fitted(state.getImageSize(), CHANNELS).pixels());
        }
        passed(offset, at);
    }

    /** Notes a record that holds no image. */
    void refuse(long offset, Instant at) {
        state.setRefused(state.getRefused() + 1);
        passed(offset, at);
    }

    private void passed(long offset, Instant at) {
        // what cannot be read comes before what came before it
        state.setBeginOffset(Math.min(state.getBeginOffset(), offset));
        state.setEndOffset(Math.max(state.getEndOffset(), offset + 1));
        state.setUpdatedAt(at);
    }

    private void measure(byte[] image) {
        double largest = state.getMaximumDistance();
        for (int i = 0; i < sampled; i++) {
            largest = Math.max(largest, distance(image, sample[i]));
        }
        state.setMaximumDistance(largest);
        sample(image);
        boolean often = offered < SAMPLE || offered % SAMPLE == 0;
        // after a restart the median that was known stands until this sample says as much
        boolean better = knownMedian == 0 ? sampled >= FEWEST : sampled == SAMPLE;
        if (better && often) {
            state.setMedianDistance(median());
        }
    }

    /** Every image has the same chance to be in the sample (Vitter 1985, algorithm R). */
    private void sample(byte[] image) {
        int place = offered < SAMPLE ? offered : new SplittableRandom(offered).nextInt(offered + 1);
        offered++;
        if (place < SAMPLE) {
            sample[place] = image;
            sampled = Math.max(sampled, place + 1);
        }
    }

    private double median() {
        int pairs = Math.min(MEDIAN_PAIRS, sampled * (sampled - 1) / 2);
        var random = new SplittableRandom(offered);
        double[] distances = new double[pairs];
        for (int k = 0; k < pairs; k++) {
            int i = random.nextInt(sampled);
            int j = (i + 1 + random.nextInt(sampled - 1)) % sampled;
            distances[k] = distance(sample[i], sample[j]);
        }
        Arrays.sort(distances);
        return distances[pairs / 2];
    }

    /** In pixel units of 0 to 1; grey images are measured in one channel. */
    private double distance(byte[] one, byte[] other) {
        long squares = 0;
        for (int k = 0; k < one.length; k++) {
            int difference = (one[k] & 0xFF) - (other[k] & 0xFF);
            squares += difference * difference;
        }
        double distance = Math.sqrt(squares) / 255;
        return state.getChannels() == 1 ? distance / OF_A_CHANNEL : distance;
    }
}
