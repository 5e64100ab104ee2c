package dev.sirocco.audio.features;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;

/**
 * Triangles that are even on a mel scale, each from its lower neighbour's peak to the upper one's.
 *
 * @param sampleRate in Hz
 * @param nFft       samples of a frame
 * @param fMin       where the first one begins, in Hz
 * @param fMax       where the last one ends, in Hz; at most half the rate
 * @param isEvenArea whether each has an area of 1 / Hz (the norm "slaney") instead of a peak of 1
 */
public record MelFilters(int sampleRate, int nFft, int nMels, double fMin, double fMax, MelScale scale,
        boolean isEvenArea) {

    public MelFilters {
        if (nFft < 2 || nMels < 1 || !(0 <= fMin && fMin < fMax && fMax <= sampleRate / 2.0)) {
            throw new IllegalArgumentException("%d mel filters from %s to %s Hz over %d bins at %d Hz"
                    .formatted(nMels, fMin, fMax, nFft / 2 + 1, sampleRate));
        }
    }

    /** For a spectrum of magnitudes or powers (…, bins): (bins, nMels), bins being nFft / 2 + 1. */
    public Storage matrix() {
        int bins = nFft / 2 + 1;
        double lowest = scale.mel(fMin);
        double step = (scale.mel(fMax) - lowest) / (nMels + 1);
        float[] weights = new float[bins * nMels];
        for (int m = 0; m < nMels; m++) {
            double low = scale.hertz(lowest + m * step);
            double peak = scale.hertz(lowest + (m + 1) * step);
            double high = scale.hertz(lowest + (m + 2) * step);
            double height = isEvenArea ? 2 / (high - low) : 1;
            for (int k = 0; k < bins; k++) {
                double f = k * (double) sampleRate / nFft;
                double side = Math.min((f - low) / (peak - low), (high - f) / (high - peak));
                weights[k * nMels + m] = (float) (Math.max(0, side) * height);
            }
        }
        return Storage.of(Shape.of(bins, nMels), weights);
    }
}
