package dev.sirocco.text;

import java.util.List;

/**
 * The fewest edits that make one list of another (Levenshtein 1966).
 *
 * @param changed elements
 * @param leftOut elements of the first list that the second lacks
 * @param putIn elements that only the second has
 * @param longestLeftOut of them, the most that stand side by side
 * @param longestPutIn likewise
 */
public record Edits(int changed, int leftOut, int putIn, int longestLeftOut, int longestPutIn) {

    public static final Edits NONE = new Edits(0, 0, 0, 0, 0);

    public static <T> Edits of(List<T> from, List<T> to) {
        int[][] distance = distances(from, to);
        int i = from.size();
        int j = to.size();
        Edits edits = NONE;
        int missing = 0;
        int added = 0;
        while (i > 0 || j > 0) {                                             // from the ends back to the beginnings
            if (i > 0 && j > 0 && distance[i][j] == distance[i - 1][j - 1] + cost(from, i, to, j)) {
                edits = edits.plus(new Edits(cost(from, i--, to, j--), 0, 0, 0, 0));
                missing = 0;
                added = 0;
            } else if (i > 0 && distance[i][j] == distance[i - 1][j] + 1) {
                i--;
                edits = edits.plus(new Edits(0, 1, 0, ++missing, 0));
                added = 0;
            } else {
                j--;
                edits = edits.plus(new Edits(0, 0, 1, 0, ++added));
                missing = 0;
            }
        }
        return edits;
    }

    /** [i][j] of the first i elements from the first j. */
    private static <T> int[][] distances(List<T> from, List<T> to) {
        int[][] distance = new int[from.size() + 1][to.size() + 1];
        for (int i = 0; i <= from.size(); i++) {
            for (int j = 0; j <= to.size(); j++) {
                int least = i == 0 && j == 0 ? 0 : Integer.MAX_VALUE;
                least = i == 0 ? least : Math.min(least, distance[i - 1][j] + 1);
                least = j == 0 ? least : Math.min(least, distance[i][j - 1] + 1);
                distance[i][j] = i == 0 || j == 0 ? least
                        : Math.min(least, distance[i - 1][j - 1] + cost(from, i, to, j));
            }
        }
        return distance;
    }

    private static <T> int cost(List<T> from, int i, List<T> to, int j) {
        return from.get(i - 1).equals(to.get(j - 1)) ? 0 : 1;
    }

    public int total() {
        return changed + leftOut + putIn;
    }

    /** Those of two pairs of lists. */
    public Edits plus(Edits other) {
        return new Edits(changed + other.changed, leftOut + other.leftOut, putIn + other.putIn,
                Math.max(longestLeftOut, other.longestLeftOut), Math.max(longestPutIn, other.longestPutIn));
    }
}
