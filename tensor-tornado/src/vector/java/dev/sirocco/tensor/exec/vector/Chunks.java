package dev.sirocco.tensor.exec.vector;

/**
 * A division of numbered things, such as rows, among the parts of a job. It depends on the sizes only, never on the
 * number of workers, so that sums taken chunk by chunk have the same bits for any number of them.
 *
 * @param total of the things
 * @param size how many make a chunk; the last may have fewer
 */
record Chunks(int total, int size) {

    private static final int MIN_WORK = 1 << 14;
    private static final int MAX_COUNT = 64;

    /** Chunks large enough to be worth handing to another thread; each thing costs {@code work} elements. */
    static Chunks of(long total, long work) {
        int n = Math.toIntExact(total);
        long least = Math.ceilDiv(MIN_WORK, Math.max(1, work));
        return new Chunks(n, (int) Math.max(1, Math.max(Math.min(least, n), Math.ceilDiv(n, MAX_COUNT))));
    }

    int count() {
        return Math.ceilDiv(total, size);
    }

    int start(int chunk) {
        return chunk * size;
    }

    int end(int chunk) {
        return (int) Math.min(total, (chunk + 1L) * size);
    }
}
