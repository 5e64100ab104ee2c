package dev.sirocco.audio.features;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.ir.Tensor;

/**
 * How a mel spectrogram is made. Equal to torchaudio's and to librosa's with {@code pad_mode="reflect"}.
 *
 * @param sampleRate   in Hz
 * @param nFft         samples of a frame
 * @param windowLength samples of Hann's window, at most nFft
 * @param hop          samples between frames
 * @param fMin         in Hz
 * @param fMax         in Hz
 * @param isEvenArea   the filters' norm: see {@link MelFilters}
 * @param power        of the magnitudes that the filters add up, 1 or 2
 * @param least        what is taken the logarithm of where there is less
 */
public record MelSpectrogram(int sampleRate, int nFft, int windowLength, int hop, int nMels, double fMin, double fMax,
        MelScale scale, boolean isEvenArea, int power, Framing framing, double least) {

    public MelSpectrogram {
        if (power != 1 && power != 2) {
            throw new IllegalArgumentException("power " + power + ": 1 or 2");
        }
    }

    /** What the published Vocos for 24 kHz was trained on. */
    public static MelSpectrogram vocos24k() {
        return new MelSpectrogram(24_000, 1024, 1024, 256, 100, 0, 12_000, MelScale.HTK, false, 1, Framing.CENTRED,
                1e-7);
    }

    /** For speech at 16 kHz: n samples have n / 256 frames, of 16 ms. */
    public static MelSpectrogram speech16k() {
        return new MelSpectrogram(16_000, 1024, 1024, 256, 80, 0, 8000, MelScale.SLANEY, true, 1, Framing.SAME, 1e-5);
    }

    public MelSpectrogram withFraming(Framing other) {
        return new MelSpectrogram(sampleRate, nFft, windowLength, hop, nMels, fMin, fMax, scale, isEvenArea, power,
                other, least);
    }

    /** Samples (…, n) → (…, nMels, frames). */
    public Tensor of(Tensor samples) {
        Tensor powers = Hann.powers(samples, new Stft(nFft, hop, framing.pad(nFft, hop)), windowLength);
        Tensor spectrum = power == 2 ? powers : Hann.magnitudes(powers);     // (…, frames, bins)
        MelFilters filters = new MelFilters(sampleRate, nFft, nMels, fMin, fMax, scale, isEvenArea);
        return spectrum.matmul(samples.graph().constant(filters.matrix())).transpose();
    }

    /** Samples (…, n) → natural logarithms (…, nMels, frames). */
    public Tensor logarithm(Tensor samples) {
        return of(samples).maximum(least).log();
    }

    /** {@link #logarithm}, for sounds of any length. */
    public FrameAnalysis analysis(Executor executor) {
        return new FrameAnalysis(nFft, hop, framing, withFraming(Framing.INSIDE)::logarithm, executor);
    }
}
