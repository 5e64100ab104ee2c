package dev.sirocco.models.sample;

import dev.sirocco.tensor.exec.Philox;
import dev.sirocco.tensor.ir.Op.RandomKind;

/**
 * The noise that samples begin with: numbers of mean 0 and deviation 1, made on the host and so everywhere the same.
 */
public final class Noise {

    private Noise() {}

    /** Stream 0 at step 0 of {@link Philox}; samplers draw what they add on the way from the steps behind it. */
    public static float[] of(long seed, int size) {
        float[] noise = new float[size];
        for (int i = 0; i < size; i += 4) {
            double[] four = Philox.numbers(RandomKind.NORMAL, i / 4, word(seed), 0, 0);
            for (int j = 0; j < Math.min(4, size - i); j++) {
                noise[i + j] = (float) four[j];
            }
        }
        return noise;
    }

    /** The generator's key: both halves of the seed count. */
    static int word(long seed) {
        return (int) (seed ^ seed >>> 32);
    }

    /**
     * Noise between two, on the arc from the one to the other, so that it stays as strong as noise is (Shoemake 1985).
     *
     * @param fraction from 0, the first, to 1, the second
     */
    public static float[] between(float[] first, float[] second, double fraction) {
        double product = 0;
        double square = 0;
        double otherSquare = 0;
        for (int i = 0; i < first.length; i++) {
            product += first[i] * (double) second[i];
            square += first[i] * (double) first[i];
            otherSquare += second[i] * (double) second[i];
        }
        double angle = Math.acos(Math.clamp(product / Math.sqrt(square * otherSquare), -1, 1));
        double sine = Math.sin(angle);
        double one = sine == 0 ? 1 - fraction : Math.sin((1 - fraction) * angle) / sine;
        double two = sine == 0 ? fraction : Math.sin(fraction * angle) / sine;
        float[] noise = new float[first.length];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) (one * first[i] + two * second[i]);
        }
        return noise;
    }
}
