package dev.sirocco.audio.metrics;

/**
 * How well voiced frames are voiced again: the harmonic mean of precision and recall (Morrison et al. 2022, as Vocos
 * reports it).
 */
public final class VoicingF1 {

    private VoicingF1() {}

    /**
     * 1 is best, 0 worst; 1 if no frame is voiced in either track.
     *
     * @param expected F0 in Hz, 0 where unvoiced
     * @param actual   of as many frames
     */
    public static double of(float[] expected, float[] actual) {
        checkFrames(expected, actual);
        int inBoth = 0;
        int inOne = 0;
        for (int t = 0; t < expected.length; t++) {
            if (expected[t] > 0 && actual[t] > 0) {
                inBoth++;
            } else if (expected[t] > 0 || actual[t] > 0) {
                inOne++;
            }
        }
        return inBoth + inOne == 0 ? 1 : 2.0 * inBoth / (2 * inBoth + inOne);
    }

    static void checkFrames(float[] expected, float[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalArgumentException(expected.length + " and " + actual.length
                    + " frames: cut or warp them to one length");
        }
    }
}
