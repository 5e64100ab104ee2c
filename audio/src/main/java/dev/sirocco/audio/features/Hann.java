package dev.sirocco.audio.features;

import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** The short-time spectrum under Hann's window, the periodic one. */
final class Hann {

    /** Far below what a sound of 24 bits has; a root has no gradient at 0. */
    private static final double LEAST_POWER = 1e-20;

    private Hann() {}

    /** The powers (…, frames, bins) of samples (…, n); a window that is shorter than a frame lies in its middle. */
    static Tensor powers(Tensor samples, Stft stft, int windowLength) {
        List<Tensor> parts = samples.graph().add(stft,
                List.of(samples, samples.graph().constant(window(windowLength, stft.nFft())))).outputs();
        return parts.get(0).transpose().square().add(parts.get(1).transpose().square());
    }

    /** Their roots; where there is nothing, the gradient is 0. */
    static Tensor magnitudes(Tensor powers) {
        return powers.maximum(LEAST_POWER).sqrt();
    }

    private static Storage window(int length, int nFft) {
        if (length < 1 || length > nFft) {
            throw new IllegalArgumentException("a window of %d in frames of %d samples".formatted(length, nFft));
        }
        float[] window = new float[nFft];
        int first = (nFft - length) / 2;
        for (int i = 0; i < length; i++) {
            window[first + i] = (float) (0.5 - 0.5 * Math.cos(2 * Math.PI * i / length));
        }
        return Storage.of(Shape.of(nFft), window);
    }
}
