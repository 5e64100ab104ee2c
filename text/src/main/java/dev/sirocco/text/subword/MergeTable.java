package dev.sirocco.text.subword;

import java.util.Arrays;

/** Which pairs of symbols join to one, and which of them first. What they join to is never below 0. */
final class MergeTable {

    private static final int NONE = -1;

    private long[] pairs = new long[1 << 10];
    private int[] ranks = new int[pairs.length];
    private int[] merged = new int[pairs.length];
    private int size;

    MergeTable() {
        Arrays.fill(merged, NONE);
    }

    /**
     * @param rank lower ones are joined first
     * @return false if there is another rule for the pair, which then remains
     */
    boolean add(int left, int right, int rank, int into) {
        if (2 * size >= pairs.length) {
            grow();
        }
        int slot = slot(left, right);
        if (merged[slot] != NONE) {
            return false;
        }
        set(slot, pair(left, right), rank, into);
        size++;
        return true;
    }

    /** How many rules there are. */
    int size() {
        return size;
    }

    /** Where the pair's rule is, for the other two; below 0 if there is none. */
    int find(int left, int right) {
        int slot = slot(left, right);
        return merged[slot] == NONE ? -1 : slot;
    }

    int rank(int slot) {
        return ranks[slot];
    }

    int merged(int slot) {
        return merged[slot];
    }

    private int slot(int left, int right) {
        long pair = pair(left, right);
        long hash = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & pairs.length - 1;
        while (merged[slot] != NONE && pairs[slot] != pair) {
            slot = slot + 1 & pairs.length - 1;
        }
        return slot;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | Integer.toUnsignedLong(right);
    }

    private void set(int slot, long pair, int rank, int into) {
        pairs[slot] = pair;
        ranks[slot] = rank;
        merged[slot] = into;
    }

    private void grow() {
        long[] oldPairs = pairs;
        int[] oldRanks = ranks;
        int[] oldMerged = merged;
        pairs = new long[2 * oldPairs.length];
        ranks = new int[pairs.length];
        merged = new int[pairs.length];
        Arrays.fill(merged, NONE);
        for (int i = 0; i < oldPairs.length; i++) {
            if (oldMerged[i] != NONE) {
                set(slot((int) (oldPairs[i] >> 32), (int) oldPairs[i]), oldPairs[i], oldRanks[i], oldMerged[i]);
            }
        }
    }
}
