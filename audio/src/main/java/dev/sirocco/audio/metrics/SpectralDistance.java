package dev.sirocco.audio.metrics;

import dev.sirocco.audio.features.FrameAnalysis;
import dev.sirocco.audio.features.MultiResolutionStft;
import dev.sirocco.tensor.exec.Executor;

/**
 * The {@linkplain MultiResolutionStft distance of spectra} of two sounds of any length, at the three resolutions of
 * Yamamoto et al. (2020).
 *
 * @param convergence  0 for equal sounds, 1 for silence instead of the sound
 * @param logMagnitude in nepers, the mean over all bins
 */
public record SpectralDistance(double convergence, double logMagnitude) {

    /** @param expected at least one sample; @param actual as many, of the same rate */
    public static SpectralDistance of(float[] expected, float[] actual, Executor executor) {
        if (expected.length != actual.length) {
            throw new IllegalArgumentException(expected.length + " and " + actual.length + " samples");
        }
        var resolutions = MultiResolutionStft.published().resolutions();
        double convergence = 0;
        double logMagnitude = 0;
        for (MultiResolutionStft.Resolution resolution : resolutions) {
            try (FrameAnalysis analysis = resolution.analysis(executor)) {
                SpectralDistance one = of(analysis.of(expected), analysis.of(actual));
                convergence += one.convergence / resolutions.size();
                logMagnitude += one.logMagnitude / resolutions.size();
            }
        }
        return new SpectralDistance(convergence, logMagnitude);
    }

    private static SpectralDistance of(float[][] expected, float[][] actual) {
        double squares = 0;
        double off = 0;
        double logs = 0;
        for (int t = 0; t < expected.length; t++) {
            for (int k = 0; k < expected[t].length; k++) {
                double s = expected[t][k];
                double difference = s - actual[t][k];
                squares += s * s;
                off += difference * difference;
                logs += Math.abs(Math.log(s / actual[t][k]));
            }
        }
        return new SpectralDistance(Math.sqrt(off / squares), logs / expected.length / expected[0].length);
    }
}
