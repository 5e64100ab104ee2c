package dev.sirocco.tensor.exec.vector;

/**
 * Sums that were taken chunk by chunk, waiting to be added up.
 *
 * @param address of the first chunk's sums
 * @param count of the chunks
 * @param width how many sums each chunk has
 */
record Partials(long address, int count, int width) {

    private static final int COLUMNS = 1024;

    /** target = the sums {@code from} … {@code from + n - 1} of all chunks, in their order; nothing if target is 0. */
    void add(Workers workers, int from, int n, long target) {
        if (target == 0) {
            return;
        }
        workers.run(Math.ceilDiv(n, COLUMNS), (part, _) -> {
            int first = part * COLUMNS;
            int columns = Math.min(COLUMNS, n - first);
            long y = target + 4L * first;
            Rows.clear(y, columns);
            for (int chunk = 0; chunk < count; chunk++) {
                Rows.add(address + 4L * ((long) chunk * width + from + first), y, columns);
            }
        });
    }
}
