package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The discrete Fourier transform of n real numbers, and its inverse, as matrices. Real parts of the n / 2 + 1 bins come
 * first, then the imaginary parts.
 *
 * @param forward (n, 2 bins)
 * @param inverse (2 bins, n)
 */
record Dft(Storage forward, Storage inverse) {

    private static final Map<Integer, Dft> KNOWN = new ConcurrentHashMap<>();

    /** Equal sizes share their matrices. */
    static Dft of(int n) {
        return KNOWN.computeIfAbsent(n, Dft::compute);
    }

    static int bins(int n) {
        return n / 2 + 1;
    }

    private static Dft compute(int n) {
        int bins = bins(n);
        float[] forward = new float[n * 2 * bins];
        float[] inverse = new float[n * 2 * bins];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < bins; k++) {
                double angle = 2 * Math.PI * ((long) i * k % n) / n;
                // Bins between the first and the middle one stand for their mirror images too.
                double share = (k == 0 || 2 * k == n ? 1.0 : 2.0) / n;
                forward[i * 2 * bins + k] = (float) Math.cos(angle);
                forward[i * 2 * bins + bins + k] = (float) -Math.sin(angle);
                inverse[k * n + i] = (float) (share * Math.cos(angle));
                // The imaginary parts of those two bins have no effect, although sin(angle) is not exactly zero there.
                inverse[(bins + k) * n + i] = share * n == 1 ? 0 : (float) (-share * Math.sin(angle));
            }
        }
        return new Dft(Storage.of(Shape.of(n, 2 * bins), forward), Storage.of(Shape.of(2 * bins, n), inverse));
    }
}
