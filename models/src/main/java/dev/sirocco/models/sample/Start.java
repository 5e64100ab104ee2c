package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.UserError;
import java.util.stream.LongStream;

/**
 * What sampling begins with.
 *
 * @param seeds of the noise that is added on the way, one for each sample
 * @param noise to begin with, (N, …)
 * @param picture a clean sample to begin from, for all or one for each; null for none
 * @param strength how much of the way is gone: 1 for all, less to stay close to the picture
 * @param mask 1 where the picture is to be made anew, 0 where it is to be kept, something between where both are to be
 *     mixed; (…) without samples' channels, for all samples or for each; null for all new
 */
public record Start(long[] seeds, float[] noise, float[] picture, double strength, float[] mask) {

    /**
     * Noise alone. Sample k has the seed {@code seed + k} and does not depend on how many there are.
     *
     * @param shape (N, …)
     */
    public static Start at(long seed, Shape shape) {
        int size = size(shape);
        long[] seeds = LongStream.range(seed, seed + shape.dim(0)).toArray();
        float[] noise = new float[seeds.length * size];
        for (int k = 0; k < seeds.length; k++) {
            System.arraycopy(Noise.of(seeds[k], size), 0, noise, k * size, size);
        }
        return new Start(seeds, noise, null, 1, null);
    }

    /** Noise that leads from one seed, the first sample, to another, the last one, in equal parts. */
    public static Start between(long seed, long other, Shape shape) {
        int size = size(shape);
        int n = shape.dim(0);
        float[] first = Noise.of(seed, size);
        float[] last = Noise.of(other, size);
        float[] noise = new float[n * size];
        for (int k = 0; k < n; k++) {
            System.arraycopy(Noise.between(first, last, n == 1 ? 0 : (double) k / (n - 1)), 0, noise, k * size, size);
        }
        // what is added on the way is the same for all, so that neighbours resemble each other
        return new Start(LongStream.range(0, n).map(_ -> seed).toArray(), noise, null, 1, null);
    }

    private static int size(Shape shape) {
        return Math.toIntExact(shape.numel() / shape.dim(0));
    }

    /**
     * From a picture (Meng et al. 2022): noise is put on it, and only the last part of the way is gone.
     *
     * @param strength above 0, at most 1
     */
    public Start from(float[] picture, double strength) {
        if (!(strength > 0 && strength <= 1)) {
            throw new UserError("a strength of %s: choose above 0 and at most 1".formatted(strength));
        }
        return new Start(seeds, noise, picture, strength, mask);
    }

    /** Only inside this mask; the rest stays as the picture is. */
    public Start within(float[] mask) {
        if (picture == null) {
            throw new IllegalStateException("a mask without a picture");
        }
        return new Start(seeds, noise, picture, strength, mask);
    }
}
