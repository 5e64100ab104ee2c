package dev.sirocco.vision;

import java.util.SplittableRandom;

/**
 * Small random changes that leave a picture what it is. They depend on the seed and the number of the sample only: the
 * same number gives the same picture, in whatever order and on whatever thread samples are made.
 *
 * @param shift   the most pixels in each direction
 * @param degrees the largest rotation, either way
 * @param scale   the largest change of size: 0.1 for 0.9 … 1.1
 * @param isFlip  whether half of the samples are mirrored
 * @param seed    of the random numbers
 */
public record Augmentation(double shift, double degrees, double scale, boolean isFlip, long seed) {

    /** Leaves pictures as they are. */
    public static final Augmentation NONE = new Augmentation(0, 0, 0, false, 0);

    public Augmentation {
        if (!(shift >= 0 && degrees >= 0 && scale >= 0 && scale < 1)) {
            throw new IllegalArgumentException("shift " + shift + ", degrees " + degrees + ", scale " + scale);
        }
    }

    /**
     * A changed picture of the same size. What comes in from outside continues the edge; it is transparent in a picture
     * with alpha.
     *
     * @param sample the number of the sample
     */
    public Picture apply(Picture picture, long sample) {
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong()
                ^ sample * 0x9E3779B97F4A7C15L);
        double dx = between(random, shift);
        double dy = between(random, shift);
        double angle = Math.toRadians(between(random, degrees));
        double size = 1 + between(random, scale);
        Picture start = isFlip && random.nextBoolean() ? picture.flipped() : picture;
        if (shift == 0 && degrees == 0 && scale == 0) {
            return start;
        }
        if (degrees == 0 && scale == 0) {
            dx = Math.rint(dx);                      // whole pixels stay sharp
            dy = Math.rint(dy);
        }
        return start.warped(around(start, dx, dy, angle, size));
    }

    private static double between(SplittableRandom random, double most) {
        return (2 * random.nextDouble() - 1) * most;
    }

    /** The 2 × 3 matrix that rotates and scales about the middle and then shifts. */
    private static double[] around(Picture picture, double dx, double dy, double angle, double size) {
        double cos = size * Math.cos(angle);
        double sin = size * Math.sin(angle);
        double x = (picture.width() - 1) / 2.0;
        double y = (picture.height() - 1) / 2.0;
        return new double[] {cos, -sin, x - cos * x + sin * y + dx, sin, cos, y - sin * x - cos * y + dy};
    }
}
