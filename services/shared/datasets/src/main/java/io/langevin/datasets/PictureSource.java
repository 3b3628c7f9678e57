package io.langevin.datasets;

import java.io.IOException;

/** Where the pictures of a data set come from; each format has one. */
interface PictureSource {

    /** Hands every picture to {@code sink}, in an order that depends on names alone. */
    void readInto(Sink sink) throws IOException;

    /** Takes pictures, and the names of files that could not be read. */
    interface Sink {
        void accept(String name, Picture picture);

        void broken(String name, String why);
    }
}
