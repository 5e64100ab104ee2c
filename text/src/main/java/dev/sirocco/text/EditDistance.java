package dev.sirocco.text;

import java.util.List;

/** How many words, sounds or letters differ. */
public final class EditDistance {

    private EditDistance() {}

    /** The least insertions, deletions and substitutions that make one of the other (Levenshtein 1966). */
    public static <T> int of(List<T> a, List<T> b) {
        int[] row = new int[b.size() + 1];
        for (int j = 0; j <= b.size(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.size(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.size(); j++) {
                int changed = diagonal + (a.get(i - 1).equals(b.get(j - 1)) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.size()];
    }
}
