package dev.sirocco.audio.features;

/** Where the frames of a sound lie. What is missing at either end is a reflection of the sound. */
public enum Framing {

    /** Frame t lies around sample t · hop: n samples have n / hop + 1 frames. PyTorch's {@code center=True}. */
    CENTRED {
        @Override
        int pad(int nFft, int hop) {
            return nFft / 2;
        }
    },

    /** Frame t lies around the middle of the t-th hop: n samples have n / hop frames. Vocos' padding "same". */
    SAME {
        @Override
        int pad(int nFft, int hop) {
            return (nFft - hop) / 2;
        }
    },

    /** Frame t begins at sample t · hop; the last one ends with the sound or before it. {@code center=False}. */
    INSIDE {
        @Override
        int pad(int nFft, int hop) {
            return 0;
        }
    };

    /** Samples by which the sound is to be reflected at either end. */
    abstract int pad(int nFft, int hop);
}
