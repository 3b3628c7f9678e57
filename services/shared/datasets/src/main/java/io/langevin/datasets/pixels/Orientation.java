package io.langevin.datasets.pixels;

import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;

/** How the pixels of a photograph are to be turned, as its EXIF data say: 1 to 8, 1 for not. */
final class Orientation {
    private static final int UPRIGHT = 1;
    private static final int LAST = 8;

    private Orientation() {}

    /**
     * The orientation that EXIF data say; where they say none, or are damaged: 1.
     *
     * @param exif from its TIFF header on; empty: 1
     */
    static int of(byte[] exif) {
        if (exif.length == 0) {
            return UPRIGHT;
        }
        try {
            var metadata = new Metadata();
            new ExifReader().extract(new ByteArrayReader(exif), metadata);
            var first = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
            if (first == null || !first.containsTag(ExifIFD0Directory.TAG_ORIENTATION)) {
                return UPRIGHT;
            }
            int orientation = first.getInt(ExifIFD0Directory.TAG_ORIENTATION);
            return orientation >= UPRIGHT && orientation <= LAST ? orientation : UPRIGHT;
        } catch (MetadataException | RuntimeException | StackOverflowError e) {
            return UPRIGHT; // the image can be read all the same
        }
    }

    /** The picture as it is to be seen. */
    static Picture upright(Picture picture, int orientation) {
        if (orientation == UPRIGHT) {
            return picture;
        }
        boolean turned = orientation > 4;
        int width = turned ? picture.height() : picture.width();
        int height = turned ? picture.width() : picture.height();
        byte[] pixels = new byte[picture.pixels().length];
        int plane = width * height;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int from = source(picture, orientation, x, y);
                for (int c = 0; c < picture.channels(); c++) {
                    pixels[c * plane + y * width + x] = picture.pixels()[c * plane + from];
                }
            }
        }
        return new Picture(width, height, picture.channels(), pixels);
    }

    /** Where the pixel comes from that is seen at (x, y); EXIF 2.3, tag 0x0112. */
    private static int source(Picture picture, int orientation, int x, int y) {
        int right = picture.width() - 1;
        int bottom = picture.height() - 1;
        int column =
                switch (orientation) {
                    case 2, 3 -> right - x;
                    case 4 -> x;
                    case 5, 6 -> y;
                    default -> right - y;
                };
        int row =
                switch (orientation) {
                    case 2 -> y;
                    case 3, 4 -> bottom - y;
                    case 5, 8 -> x;
                    default -> bottom - x;
                };
        return row * picture.width() + column;
    }
}
