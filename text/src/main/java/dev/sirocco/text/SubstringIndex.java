package dev.sirocco.text;

import java.util.Arrays;

/**
 * Every substring of a short text, as its suffix automaton (Blumer et al. 1985), and for each the longest that was met
 * in a long text streamed past it. Building is linear in the short text, {@link #step} takes constant time on average,
 * so the answers are exact however repetitive the texts are.
 */
final class SubstringIndex {

    private static final int NONE = -1;

    /** Per state: length of its longest substring; the state of its longest proper suffix elsewhere; its first edge. */
    private final int[] length;
    private final int[] link;
    private final int[] firstEdge;
    private int states;

    /** Edges (from, code point) to a state, found by hashing; those of one state are also chained. */
    private final long[] edgeKey;
    private final int[] edgeTo;
    private final int[] edgeNext;
    private int edges;
    private final int[] slots;

    /** The state of each prefix of the text, by its length. */
    private final int[] prefix;
    /** Per state, the longest substring met in the streamed text, in code points; 0 for none. */
    private final int[] met;

    private int state;
    private int matched;

    SubstringIndex(int[] text) {
        int capacity = Math.max(2, 2 * text.length);
        length = new int[capacity];
        link = new int[capacity];
        firstEdge = new int[capacity];
        edgeKey = new long[3 * capacity / 2 + 1];
        edgeTo = new int[edgeKey.length];
        edgeNext = new int[edgeKey.length];
        slots = new int[Integer.highestOneBit(edgeKey.length) * 4];
        Arrays.fill(slots, NONE);
        prefix = new int[text.length + 1];
        newState(0, NONE);
        for (int i = 0; i < text.length; i++) {
            prefix[i + 1] = extend(prefix[i], text[i]);
        }
        met = new int[states];
    }

    private int newState(int stateLength, int stateLink) {
        length[states] = stateLength;
        link[states] = stateLink;
        firstEdge[states] = NONE;
        return states++;
    }

    private int extend(int last, int codePoint) {
        int current = newState(length[last] + 1, 0);
        int p = last;
        while (p != NONE && edge(p, codePoint) == NONE) {
            addEdge(p, codePoint, current);
            p = link[p];
        }
        if (p == NONE) {
            return current;
        }
        int q = edgeTo[edge(p, codePoint)];
        if (length[q] == length[p] + 1) {
            link[current] = q;
            return current;
        }
        int clone = newState(length[p] + 1, link[q]);
        for (int e = firstEdge[q]; e != NONE; e = edgeNext[e]) {
            addEdge(clone, (int) edgeKey[e], edgeTo[e]);
        }
        for (int e; p != NONE && (e = edge(p, codePoint)) != NONE && edgeTo[e] == q; p = link[p]) {
            edgeTo[e] = clone;
        }
        link[q] = clone;
        link[current] = clone;
        return current;
    }

    private void addEdge(int from, int codePoint, int to) {
        int e = edges++;
        edgeKey[e] = (long) from << 32 | codePoint;
        edgeTo[e] = to;
        edgeNext[e] = firstEdge[from];
        firstEdge[from] = e;
        int slot = slot(edgeKey[e]);
        while (slots[slot] != NONE) {
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = e;
    }

    private int edge(int from, int codePoint) {
        long key = (long) from << 32 | codePoint;
        for (int slot = slot(key); slots[slot] != NONE; slot = slot + 1 & slots.length - 1) {
            if (edgeKey[slots[slot]] == key) {
                return slots[slot];
            }
        }
        return NONE;
    }

    private int slot(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32 ^ mixed >>> 48) & slots.length - 1;
    }

    /** Takes the next code point of the long text; returns how many of its last code points occur in the short text. */
    int step(int codePoint) {
        int e;
        while ((e = edge(state, codePoint)) == NONE && state != 0) {
            state = link[state];
            matched = length[state];
        }
        if (e != NONE) {
            state = edgeTo[e];
            matched++;
            met[state] = Math.max(met[state], matched);
        }
        return matched;
    }

    /**
     * For each position i of the short text, how many code points that end just before i were met in the long text: the
     * longest such passage. The array has one entry more than the text.
     */
    int[] longestEndingAt() {
        int[] byLength = statesByLength();
        for (int i = states - 1; i > 0; i--) {
            int s = byLength[i];
            if (met[s] > 0) {
                met[link[s]] = link[s] == 0 ? 0 : length[link[s]];
            }
        }
        int[] longest = new int[states];
        for (int i = 1; i < states; i++) {
            int s = byLength[i];
            longest[s] = met[s] > 0 ? met[s] : longest[link[s]];
        }
        int[] ending = new int[prefix.length];
        Arrays.setAll(ending, i -> longest[prefix[i]]);
        return ending;
    }

    /** The states, shortest first, by counting. State 0, of length 0, is the first. */
    private int[] statesByLength() {
        int[] start = new int[prefix.length + 1];
        for (int s = 0; s < states; s++) {
            start[length[s] + 1]++;
        }
        for (int n = 1; n < start.length; n++) {
            start[n] += start[n - 1];
        }
        int[] byLength = new int[states];
        for (int s = 0; s < states; s++) {
            byLength[start[length[s]]++] = s;
        }
        return byLength;
    }
}
