package dev.sirocco.tensor.exec.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/** Philox 4x32-10, as {@link dev.sirocco.tensor.exec.Philox} has it: one number of a stream, inlined into kernels. */
public final class RandomNumbers {

    private static final float TWO_PI = 6.2831855f;
    private static final float TO_UNIT = 0x1p-24f;

    private RandomNumbers() {}

    public static float uniform(int element, int seed, int step, int stream) {
        return unit(word(element >> 2, element & 3, seed, step, stream));
    }

    /** Box-Muller: even elements are the cosine's, odd ones the sine's. */
    public static float normal(int element, int seed, int step, int stream) {
        int pair = element & 2;
        float u = unit(word(element >> 2, pair, seed, step, stream)) + TO_UNIT;
        float v = unit(word(element >> 2, pair + 1, seed, step, stream));
        float radius = TornadoMath.sqrt(-2f * TornadoMath.log(u));
        float angle = TWO_PI * v;
        return (element & 1) == 0 ? radius * TornadoMath.cos(angle) : radius * TornadoMath.sin(angle);
    }

    /** The upper 24 bits as a number in [0, 1). */
    private static float unit(int word) {
        return (float) ((word >> 8) & 0xffffff) * TO_UNIT;
    }

    /** One of the four words of a block. */
    private static int word(int block, int which, int seed, int step, int stream) {
        int c0 = block;
        int c1 = 0;
        int c2 = step;
        int c3 = 0;
        int k0 = seed;
        int k1 = stream;
        for (int round = 0; round < 10; round++) {
            long p0 = 0xD2511F53L * (c0 & 0xffffffffL);
            long p1 = 0xCD9E8D57L * (c2 & 0xffffffffL);
            int n0 = (int) (p1 >> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >> 32) ^ c3 ^ k1;
            c1 = (int) p1;
            c3 = (int) p0;
            c0 = n0;
            c2 = n2;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return which == 0 ? c0 : which == 1 ? c1 : which == 2 ? c2 : c3;
    }
}
