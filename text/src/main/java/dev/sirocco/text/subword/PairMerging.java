package dev.sirocco.text.subword;

import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * Byte pair encoding (Sennrich, Haddow and Birch 2016): of all neighbours in a word, the pair of the lowest rank, and
 * of these the leftmost, becomes one symbol, until no rule is left. It takes n log n steps for n symbols.
 */
final class PairMerging {

    private static final int END = -1;

    private final MergeTable merges;
    private final int[] symbols;
    private final int[] previous;
    private final int[] next;
    /** Rank and place of pairs to join, of which some are out of date. */
    private final PriorityQueue<Long> queue = new PriorityQueue<>();

    private PairMerging(int[] symbols, MergeTable merges) {
        this.merges = merges;
        this.symbols = symbols;
        int n = symbols.length;
        previous = new int[n];
        next = new int[n];
        for (int i = 0; i < n; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < n ? i + 1 : END;
        }
    }

    /** The symbols that are left. The array that is given is used up. */
    static int[] merge(int[] symbols, MergeTable merges) {
        return symbols.length < 2 ? symbols : new PairMerging(symbols, merges).run();
    }

    private int[] run() {
        for (int i = 0; i + 1 < symbols.length; i++) {
            offer(i);
        }
        boolean[] isGone = new boolean[symbols.length];
        for (Long first = queue.poll(); first != null; first = queue.poll()) {
            int left = first.intValue();
            int rule = isGone[left] || next[left] == END ? -1 : merges.find(symbols[left], symbols[next[left]]);
            // What has been joined meanwhile has another rank or none.
            if (rule >= 0 && merges.rank(rule) == first >> 32) {
                join(left, merges.merged(rule), isGone);
            }
        }
        int n = 0;
        for (int i = 0; i != END; i = next[i]) {
            symbols[n++] = symbols[i];
        }
        return Arrays.copyOf(symbols, n);
    }

    private void join(int left, int into, boolean[] isGone) {
        int right = next[left];
        symbols[left] = into;
        isGone[right] = true;
        next[left] = next[right];
        if (next[left] != END) {
            previous[next[left]] = left;
            offer(left);
        }
        if (previous[left] != END) {
            offer(previous[left]);
        }
    }

    private void offer(int left) {
        int rule = merges.find(symbols[left], symbols[next[left]]);
        if (rule >= 0) {
            queue.add((long) merges.rank(rule) << 32 | left);
        }
    }
}
