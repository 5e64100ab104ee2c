package dev.sirocco.text.pronunciation;

import java.util.ArrayList;
import java.util.List;

/**
 * A dictionary's words in two parts: those to learn from, and about a tenth that is held out, chosen by a hash. Plurals
 * and possessives stay with their stems, so that the held-out words are new indeed.
 *
 * @param training words to learn from, in the dictionary's order
 * @param held words to measure with
 */
public record LexiconSplit(List<String> training, List<String> held) {

    /** Longer words, of which there are three, are left out of both parts. */
    static final int LONGEST = 22;
    private static final int PARTS = 10;

    public static LexiconSplit of(Lexicon lexicon) {
        List<String> training = new ArrayList<>();
        List<String> held = new ArrayList<>();
        for (String word : lexicon.words()) {
            if (word.length() <= LONGEST) {
                (isHeld(stem(word, lexicon)) ? held : training).add(word);
            }
        }
        return new LexiconSplit(List.copyOf(training), List.copyOf(held));
    }

    private static boolean isHeld(String stem) {
        int hash = stem.hashCode() * 0x9e3779b9;
        return Math.floorMod(hash ^ hash >>> 16, PARTS) == 0;
    }

    /** The word without the ending of a plural or possessive: {@code dog} of {@code dogs'}. */
    private static String stem(String word, Lexicon lexicon) {
        for (String ending : List.of("'s", "'", "es", "s")) {
            if (word.endsWith(ending) && lexicon.knows(word.substring(0, word.length() - ending.length()))) {
                return stem(word.substring(0, word.length() - ending.length()), lexicon);
            }
        }
        return word;
    }
}
