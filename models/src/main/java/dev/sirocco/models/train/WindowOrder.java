package dev.sirocco.models.train;

import java.util.SplittableRandom;

/**
 * In which order windows of a long sequence are trained on: every epoch has a random offset, and takes the windows that
 * follow one another from there on in random order. Window i is a function of the seed and of i.
 */
public final class WindowOrder {

    private final int size;
    private final int perEpoch;
    private final long seed;
    private final int[] shuffled;
    private long epoch = -1;
    private int offset;

    /**
     * @param length of the sequence
     * @param size of a window; one element more must follow it, to be predicted
     */
    public WindowOrder(int length, int size, long seed) {
        if (length < 2 * size) {
            throw new IllegalArgumentException("a sequence of %,d for windows of %,d".formatted(length, size));
        }
        this.size = size;
        this.seed = seed;
        perEpoch = (length - size) / size;      // as many as there are at the largest offset
        shuffled = new int[perEpoch];
    }

    public int perEpoch() {
        return perEpoch;
    }

    /** Where window i, from 0 without end, begins. */
    public int start(long i) {
        if (i / perEpoch != epoch) {
            shuffle(i / perEpoch);
        }
        return offset + shuffled[(int) (i % perEpoch)] * size;
    }

    private void shuffle(long next) {
        epoch = next;
        SplittableRandom random = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + epoch);
        offset = random.nextInt(size);
        for (int i = 0; i < perEpoch; i++) {    // Fisher and Yates, inside out
            int j = random.nextInt(i + 1);
            shuffled[i] = shuffled[j];
            shuffled[j] = i;
        }
    }
}
