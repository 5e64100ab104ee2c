package dev.sirocco.audio.metrics;

/**
 * How far the pitch is off in the frames that are voiced in both tracks: the root of the mean square.
 *
 * @param cents  hundredths of a semitone; NaN without such frames
 * @param hertz  NaN without such frames
 * @param frames how many there are
 */
public record PitchError(double cents, double hertz, int frames) {

    private static final double CENTS_PER_OCTAVE = 1200;

    /** @param expected F0 in Hz, 0 where unvoiced; @param actual of as many frames */
    public static PitchError of(float[] expected, float[] actual) {
        VoicingF1.checkFrames(expected, actual);
        double cents = 0;
        double hertz = 0;
        int frames = 0;
        for (int t = 0; t < expected.length; t++) {
            if (expected[t] > 0 && actual[t] > 0) {
                double interval = CENTS_PER_OCTAVE * Math.log(actual[t] / (double) expected[t]) / Math.log(2);
                double difference = actual[t] - (double) expected[t];
                cents += interval * interval;
                hertz += difference * difference;
                frames++;
            }
        }
        return new PitchError(Math.sqrt(cents / frames), Math.sqrt(hertz / frames), frames);
    }
}
