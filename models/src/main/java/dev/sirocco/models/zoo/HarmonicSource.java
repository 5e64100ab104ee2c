package dev.sirocco.models.zoo;

/**
 * The pulses of a voice: all harmonics of a pitch up to half the rate, equally strong, together of the power 1; silence
 * where there is no pitch. Between the frames' middles the pitch moves evenly, and the phase never jumps.
 */
public final class HarmonicSource {

    /** Nearer than this to a pulse's peak, the peak is taken. */
    private static final double NEAR = 1e-6;

    private HarmonicSource() {}

    /**
     * Samples (frames · hop).
     *
     * @param f0 of each frame, in Hz; 0 where it is unvoiced
     * @param hop samples of a frame
     * @param rate in Hz
     * @param phase of the first sample, in cycles
     */
    public static float[] pulses(float[] f0, int hop, int rate, double phase) {
        float[] pulses = new float[f0.length * hop];
        double cycles = phase;
        for (int i = 0; i < pulses.length; i++) {
            double pitch = pitch(f0, (i + 0.5) / hop - 0.5);
            if (pitch > 0) {
                pulses[i] = (float) pulse(2 * Math.PI * cycles, (int) (rate / 2.0 / pitch));
                cycles += pitch / rate;
                cycles -= Math.floor(cycles);
            }
        }
        return pulses;
    }

    /** At a place between frames: even between two that are voiced, else the nearer one's. */
    private static double pitch(float[] f0, double place) {
        double inside = Math.clamp(place, 0, f0.length - 1);
        int left = (int) inside;
        int right = Math.min(left + 1, f0.length - 1);
        double share = inside - left;
        if (f0[left] > 0 && f0[right] > 0) {
            return f0[left] + share * (f0[right] - f0[left]);
        }
        return share < 0.5 ? f0[left] : f0[right];
    }

    /** The sum of cos(k φ) for k from 1 to the number of harmonics (Dirichlet's kernel), of the power 1. */
    private static double pulse(double phase, int harmonics) {
        double half = Math.sin(phase / 2);
        double sum = Math.abs(half) < NEAR ? harmonics : (Math.sin((harmonics + 0.5) * phase) / half - 1) / 2;
        return sum * Math.sqrt(2.0 / harmonics);
    }
}
