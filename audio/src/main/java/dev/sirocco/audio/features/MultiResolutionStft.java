package dev.sirocco.audio.features;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** How far spectra at several resolutions are from others (Yamamoto et al. 2020, section 2.2). */
public record MultiResolutionStft(List<Resolution> resolutions) {

    /** Below this a power counts as this much, as in the authors' code. */
    private static final double LEAST_POWER = 1e-7;
    private static final double TINY = 1e-20;

    /**
     * One of the resolutions, with centred frames.
     *
     * @param nFft         samples of a frame
     * @param windowLength samples of Hann's window
     */
    public record Resolution(int nFft, int hop, int windowLength) {

        /** Samples (…, n) → magnitudes (…, frames, bins). */
        Tensor magnitudes(Tensor samples, Framing framing) {
            Stft stft = new Stft(nFft, hop, framing.pad(nFft, hop));
            return Hann.powers(samples, stft, windowLength).maximum(LEAST_POWER).sqrt();
        }

        /** The magnitudes of sounds of any length. */
        public FrameAnalysis analysis(Executor executor) {
            return new FrameAnalysis(nFft, hop, Framing.CENTRED,
                    samples -> magnitudes(samples, Framing.INSIDE).transpose(), executor);
        }
    }

    /**
     * Means over the resolutions, each a scalar of a graph.
     *
     * @param convergence  of the spectra: ‖|S| - |Ŝ|‖ / ‖|S|‖, over all sounds of the batch together (eq. 4)
     * @param logMagnitude the mean of |log |S| - log |Ŝ|| (eq. 5)
     */
    public record Distance(Tensor convergence, Tensor logMagnitude) {

        /** What is minimised (eq. 6). */
        public Tensor sum() {
            return convergence.add(logMagnitude);
        }
    }

    /** The paper's three, for 24 kHz. */
    public static MultiResolutionStft published() {
        return new MultiResolutionStft(List.of(new Resolution(1024, 120, 600), new Resolution(2048, 240, 1200),
                new Resolution(512, 50, 240)));
    }

    /** Like the paper's, at hops of a quarter of the window, which cost a third. */
    public static MultiResolutionStft sparse() {
        return new MultiResolutionStft(List.of(new Resolution(512, 96, 384), new Resolution(1024, 192, 768),
                new Resolution(2048, 384, 1536)));
    }

    /** Of sounds (…, samples). */
    public Distance of(Tensor expected, Tensor actual) {
        Tensor convergence = null;
        Tensor logMagnitude = null;
        for (Resolution r : resolutions) {
            Tensor s = r.magnitudes(expected, Framing.CENTRED);
            Tensor other = r.magnitudes(actual, Framing.CENTRED);
            // A root has no gradient at 0.
            Tensor off = s.sub(other).square().sum().maximum(TINY).sqrt().div(s.square().sum().sqrt());
            Tensor logs = s.log().sub(other.log()).abs().mean();
            convergence = convergence == null ? off : convergence.add(off);
            logMagnitude = logMagnitude == null ? logs : logMagnitude.add(logs);
        }
        double share = 1.0 / resolutions.size();
        return new Distance(convergence.mul(share), logMagnitude.mul(share));
    }
}
