package dev.sirocco.audio.metrics;

/** How far the periodicity is off, the root of the mean square over all frames (Morrison et al. 2022). */
public final class PeriodicityError {

    private PeriodicityError() {}

    /**
     * 0 is best, 1 worst.
     *
     * @param expected 0 … 1, at least one frame
     * @param actual   of as many frames
     */
    public static double of(float[] expected, float[] actual) {
        VoicingF1.checkFrames(expected, actual);
        double squares = 0;
        for (int t = 0; t < expected.length; t++) {
            double difference = expected[t] - (double) actual[t];
            squares += difference * difference;
        }
        return Math.sqrt(squares / expected.length);
    }
}
