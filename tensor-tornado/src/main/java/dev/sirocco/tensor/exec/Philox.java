package dev.sirocco.tensor.exec;

import dev.sirocco.tensor.ir.Op.RandomKind;

/**
 * Philox 4x32-10, a counter-based random generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * 2011): four words out of a counter and a key, the same on every executor. This scalar form is what all others are
 * checked against.
 */
public final class Philox {

    private static final int ROUNDS = 10;
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final double TO_UNIT = 0x1p-24;

    private Philox() {}

    /** Four random words. */
    public static int[] words(int counter0, int counter1, int counter2, int counter3, int key0, int key1) {
        int[] c = {counter0, counter1, counter2, counter3};
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = MULTIPLIER_0 * Integer.toUnsignedLong(c[0]);
            long p1 = MULTIPLIER_1 * Integer.toUnsignedLong(c[2]);
            c = new int[] {(int) (p1 >>> 32) ^ c[1] ^ k0, (int) p1, (int) (p0 >>> 32) ^ c[3] ^ k1, (int) p0};
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return c;
    }

    /**
     * Four numbers: the elements 4·block … 4·block + 3 of a stream, as {@link dev.sirocco.tensor.ir.Op.Random} has it.
     */
    public static double[] numbers(RandomKind kind, int block, int seed, int step, int stream) {
        int[] x = words(block, 0, step, 0, seed, stream);
        return switch (kind) {
            case UNIFORM -> new double[] {unit(x[0]), unit(x[1]), unit(x[2]), unit(x[3])};
            case NORMAL -> {
                double[] z = new double[4];
                for (int pair = 0; pair < 4; pair += 2) {                 // Box-Muller
                    double radius = Math.sqrt(-2 * Math.log(unit(x[pair]) + TO_UNIT));
                    double angle = 2 * Math.PI * unit(x[pair + 1]);
                    z[pair] = radius * Math.cos(angle);
                    z[pair + 1] = radius * Math.sin(angle);
                }
                yield z;
            }
        };
    }

    /** The upper 24 bits as a number in [0, 1). */
    private static double unit(int word) {
        return (word >>> 8) * TO_UNIT;
    }
}
