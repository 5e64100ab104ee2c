package dev.sirocco.models.sample;

/**
 * PyTorch's normal numbers on a CPU, for goldens made with them: a Mersenne twister (mt19937) and Box-Muller by
 * sixteens.
 */
final class TorchRandom {

    private static final int N = 624;
    private static final int M = 397;

    private final int[] state = new int[N];
    private int index = N;

    TorchRandom(int seed) {
        state[0] = seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    private int next() {
        if (index == N) {
            for (int i = 0; i < N; i++) {
                int y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7fffffff;
                state[i] = state[(i + M) % N] ^ y >>> 1 ^ (y & 1) * 0x9908b0df;
            }
            index = 0;
        }
        int y = state[index++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    /** As {@code torch.randn}; the count must be divisible by 16. */
    double[] normal(int count) {
        double[] z = new double[count];
        for (int i = 0; i < count; i++) {
            z[i] = (next() & 0xffffff) * 0x1p-24;
        }
        for (int block = 0; block < count; block += 16) {
            for (int i = block; i < block + 8; i++) {
                double radius = Math.sqrt(-2 * Math.log(1 - z[i]));
                double angle = 2 * Math.PI * z[i + 8];
                z[i] = radius * Math.cos(angle);
                z[i + 8] = radius * Math.sin(angle);
            }
        }
        return z;
    }
}
