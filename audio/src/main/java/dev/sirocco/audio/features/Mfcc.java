package dev.sirocco.audio.features;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;

/**
 * Mel-frequency cepstral coefficients: the orthonormal DCT-II of the logarithms of a mel spectrogram.
 *
 * @param coefficients how many, from number 0 on, which is the loudness; at most as many as mels
 */
public record Mfcc(MelSpectrogram mel, int coefficients, Loudness loudness) {

    /** What is taken of the mel spectrogram. */
    public enum Loudness {

        /** Decibels of the power, at least 80 below the sound's loudest one: librosa's and torchaudio's default. */
        DECIBELS {
            @Override
            Tensor of(Tensor mel) {
                Tensor decibels = mel.maximum(1e-10).log().mul(10 / Math.log(10));
                return decibels.maximum(decibels.maxKeep(-2, -1).sub(80));
            }
        },

        /** The natural logarithm, 1e-6 being added: torchaudio's {@code log_mels}. */
        LOGARITHM {
            @Override
            Tensor of(Tensor mel) {
                return mel.add(1e-6).log();
            }
        };

        /** Of (…, nMels, frames). */
        abstract Tensor of(Tensor mel);
    }

    public Mfcc {
        if (coefficients < 1 || coefficients > mel.nMels()) {
            throw new IllegalArgumentException(coefficients + " coefficients of " + mel.nMels() + " mels");
        }
    }

    /** Samples (…, n) → (…, coefficients, frames). */
    public Tensor of(Tensor samples) {
        return samples.graph().constant(dct()).matmul(loudness.of(mel.of(samples)));
    }

    /**
     * {@link #of}, for sounds of any length.
     *
     * @throws IllegalStateException of decibels, which depend on the whole sound
     */
    public FrameAnalysis analysis(Executor executor) {
        if (loudness == Loudness.DECIBELS) {
            throw new IllegalStateException("decibels below the loudest are not found frame by frame");
        }
        Mfcc inside = new Mfcc(mel.withFraming(Framing.INSIDE), coefficients, loudness);
        return new FrameAnalysis(mel.nFft(), mel.hop(), mel.framing(), inside::of, executor);
    }

    /** (coefficients, nMels). */
    private Storage dct() {
        int n = mel.nMels();
        float[] rows = new float[coefficients * n];
        for (int k = 0; k < coefficients; k++) {
            double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / n);
            for (int i = 0; i < n; i++) {
                rows[k * n + i] = (float) (scale * Math.cos(Math.PI / n * (i + 0.5) * k));
            }
        }
        return Storage.of(Shape.of(coefficients, n), rows);
    }
}
