package io.langevin.datasets;

import java.util.List;

/**
 * Files of a data set that were left out for one reason.
 *
 * @param why in words
 * @param count how many
 * @param examples names of the first ones
 */
public record LeftOut(String why, int count, List<String> examples) {
    static final String UNUSABLE = "not usable";
    static final String HIDDEN = "hidden, or another program's";
    static final String NO_IMAGE = "no images";
    static final String TEST_SET = "test images beside training images";
    static final String TWICE = "there unpacked as well";
    static final String OTHER_FORM = "beside files of another form";
    static final String LINK = "a link";

    @Override
    public String toString() {
        return "%d %s (%s%s)"
                .formatted(
                        count,
                        why,
                        String.join(", ", examples),
                        count > examples.size() ? ", …" : "");
    }
}
