package io.langevin.datasets;

import io.langevin.datasets.pixels.Picture;
import java.io.IOException;

/** Where the pictures of a data set come from; each format has one. */
public interface PictureSource {

    /** Hands every picture to {@code sink}, in an order that depends on the source alone. */
    void readInto(Sink sink) throws IOException;

    /** Takes pictures and image files, and the names of files that are not read. */
    interface Sink {
        void accept(String name, Picture picture);

        /** Takes the bytes of an image file, to be decoded on another thread. */
        void decode(String name, byte[] file);

        /** A file that should have been an image. */
        void broken(String name, String why);

        /**
         * A file that is none of the data.
         *
         * @param why one of the reasons of {@link LeftOut}
         */
        void leftOut(String name, String why);
    }
}
