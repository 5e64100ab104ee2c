package dev.sirocco.text.subword;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The ids of words: a text's common ones are worked out once. */
final class WordCache {

    private static final int MOST = 1 << 16;
    private static final int LONGEST = 32;

    private final Function<String, int[]> encoder;
    private final Map<String, int[]> known = new HashMap<>();

    WordCache(Function<String, int[]> encoder) {
        this.encoder = encoder;
    }

    int[] encode(String word) {
        int[] ids = known.get(word);
        if (ids == null) {
            ids = encoder.apply(word);
            if (known.size() < MOST && word.length() <= LONGEST) {
                known.put(word, ids);
            }
        }
        return ids;
    }
}
