package dev.sirocco.audio.metrics;

import java.util.Arrays;

/**
 * The mel-cepstral distortion in dB (Kubichek 1993): 10 √2 / ln 10 · |c - c'|, the mean over the frames. The
 * coefficient of loudness, number 0, is left out. Figures compare only with figures from the same kind of cepstra.
 */
public final class MelCepstralDistortion {

    private static final double DECIBELS = 10 * Math.sqrt(2) / Math.log(10);

    private MelCepstralDistortion() {}

    /**
     * Along the path of their time warping, so the lengths may differ.
     *
     * @param expected (frames, coefficients), natural logarithms underneath
     * @param actual   (frames, coefficients)
     */
    public static double of(float[][] expected, float[][] actual) {
        TimeWarp path = TimeWarp.of(withoutLoudness(expected), withoutLoudness(actual));
        return DECIBELS * path.cost() / path.length();
    }

    private static float[][] withoutLoudness(float[][] cepstra) {
        return Arrays.stream(cepstra).map(c -> Arrays.copyOfRange(c, 1, c.length)).toArray(float[][]::new);
    }
}
