package io.langevin.score;

import java.util.Arrays;
import java.util.List;

/**
 * The shape of a score network: NCSNv2 (Song and Ermon 2020, appendix A.1) or NCSN (Song and Ermon
 * 2019, appendix A.1).
 *
 * @param family which stages it has
 * @param ngf channels of the first stage
 * @param channels channels of an image
 * @param imageSize height and width of an image in pixels
 * @param levels noise levels that a conditional network tells apart; 0 for the others
 */
public record NetworkArchitecture(Family family, int ngf, int channels, int imageSize, int levels) {
    /** A network of NCSNv2, which knows nothing of noise levels (Technique 3). */
    public NetworkArchitecture(Family family, int ngf, int channels, int imageSize) {
        this(family, ngf, channels, imageSize, 0);
    }

    public NetworkArchitecture {
        if (family.isConditional() ? levels < 1 || levels > 10_000 : levels != 0) {
            throw new IllegalArgumentException(
                    "levels: must be %s for %s, not %d"
                            .formatted(
                                    family.isConditional() ? "1 to 10000" : "0",
                                    family.officialName(),
                                    levels));
        }
        if (ngf < 2) {
            throw new IllegalArgumentException(
                    "ngf: must be at least 2, its norms take a variance over channels, not " + ngf);
        }
        if (ngf > 1024 || imageSize > 1024 || channels > 4) {
            throw new IllegalArgumentException(
                    "network: must have at most 1024 ngf, 1024 pixels and 4 channels, not %d, %d, %d"
                            .formatted(ngf, imageSize, channels));
        }
        if (channels < 1) {
            throw new IllegalArgumentException("channels: must be at least 1, not " + channels);
        }
        int divisor = 1 << family.halvings();
        if (imageSize < 4 * divisor || imageSize % divisor != 0) {
            throw new IllegalArgumentException(
                    "imageSize: must be a multiple of %d and at least %d for %s, not %d"
                            .formatted(divisor, 4 * divisor, family.officialName(), imageSize));
        }
    }

    /** D = C·H·W, numbers in an image. */
    public int dimension() {
        return channels * imageSize * imageSize;
    }

    /**
     * About the bytes that an image's activations take at a time during a call: those that stages
     * hand to their RefineBlocks, and what a RefineBlock at full size works on.
     */
    public long workingBytes() {
        return 8L * activationBytes();
    }

    /** Bytes of an image's largest activation: ngf channels at full size. */
    long activationBytes() {
        return (long) ngf * imageSize * imageSize * Float.BYTES;
    }

    /** The stages from the image downwards. */
    public List<Stage> stages() {
        return family.stages;
    }

    /** Channels of the output of stage {@code i}. */
    public int width(int i) {
        return ngf * stages().get(i).multiple();
    }

    /**
     * Channels of the output of the stage before stage {@code i}; those of the first stage for the
     * first.
     */
    public int widthBefore(int i) {
        return width(Math.max(0, i - 1));
    }

    /**
     * One resolution and dilation of the network: two residual blocks on the way down, one
     * RefineBlock on the way up.
     *
     * @param residual the authors' name of the residual blocks
     * @param refine the authors' name of the RefineBlock
     * @param multiple output channels in units of ngf
     * @param halves whether the first block halves height and width
     * @param dilation dilation of the convolutions, 1 for none
     */
    public record Stage(
            String residual, String refine, int multiple, boolean halves, int dilation) {
        /** Whether the first block's shortcut is a convolution and not the identity. */
        public boolean convolvesShortcut() {
            return halves || dilation > 1;
        }
    }

    /** The published networks. */
    public enum Family {
        /** The predecessor: norms look up their scale and shift by noise level. Up to 64 pixels. */
        NCSN(
                "ncsn",
                new Stage("res1", "refine4", 1, false, 1),
                new Stage("res2", "refine3", 2, true, 1),
                new Stage("res3", "refine2", 2, false, 2),
                new Stage("res4", "refine1", 2, false, 4)),
        /** The paper's network for images of up to 64 pixels. */
        BASE(
                "ncsnv2",
                new Stage("res1", "refine4", 1, false, 1),
                new Stage("res2", "refine3", 2, true, 1),
                new Stage("res3", "refine2", 2, false, 2),
                new Stage("res4", "refine1", 2, false, 4)),
        /** 96 to 128 pixels. */
        DEEPER(
                "ncsnv2-deeper",
                new Stage("res1", "refine5", 1, false, 1),
                new Stage("res2", "refine4", 2, true, 1),
                new Stage("res3", "refine3", 2, true, 1),
                new Stage("res4", "refine2", 4, false, 2),
                new Stage("res5", "refine1", 4, false, 4)),
        /** 256 pixels. */
        DEEPEST(
                "ncsnv2-deepest",
                new Stage("res1", "refine5", 1, false, 1),
                new Stage("res2", "refine4", 2, true, 1),
                new Stage("res3", "refine3", 2, true, 1),
                new Stage("res31", "refine31", 2, true, 1),
                new Stage("res4", "refine2", 4, false, 2),
                new Stage("res5", "refine1", 4, false, 4));

        private final String officialName;
        private final List<Stage> stages;

        Family(String officialName, Stage... stages) {
            this.officialName = officialName;
            this.stages = List.of(stages);
        }

        /** The one of NCSNv2 that the paper uses at a size. */
        public static Family forImageSize(int pixels) {
            return pixels <= 64 ? BASE : pixels <= 128 ? DEEPER : DEEPEST;
        }

        /** Whether its norms depend on the noise level, and its output is the score itself. */
        public boolean isConditional() {
            return this == NCSN;
        }

        /** The name in records and files. */
        public String officialName() {
            return officialName;
        }

        /**
         * @throws IllegalArgumentException where there is none of that name
         */
        public static Family named(String name) {
            return Arrays.stream(values())
                    .filter(family -> family.officialName.equals(name))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "network: must be one of %s, not '%s'"
                                                    .formatted(
                                                            Arrays.stream(values())
                                                                    .map(Family::officialName)
                                                                    .toList(),
                                                            name)));
        }

        private int halvings() {
            return (int) stages.stream().filter(Stage::halves).count();
        }
    }
}
