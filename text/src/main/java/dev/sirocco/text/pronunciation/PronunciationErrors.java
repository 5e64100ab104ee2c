package dev.sirocco.text.pronunciation;

import dev.sirocco.text.Edits;
import java.util.List;
import java.util.Locale;

/**
 * How far pronunciations are from a dictionary's; of those that it lists for a word, the nearest one counts.
 *
 * @param words compared
 * @param wrongWords of them, those that agree with none of their pronunciations
 * @param sounds in the pronunciations compared with
 * @param wrongSounds changed, missing or too many
 */
public record PronunciationErrors(int words, int wrongWords, int sounds, int wrongSounds) {

    public static final PronunciationErrors NONE = new PronunciationErrors(0, 0, 0, 0);

    /**
     * With one more word.
     *
     * @param found its sounds, or phonemes if their stress does not matter
     * @param right those that are right, at least one
     */
    public <T> PronunciationErrors plus(List<T> found, List<List<T>> right) {
        List<T> nearest = null;
        int distance = Integer.MAX_VALUE;
        for (List<T> candidate : right) {
            int d = Edits.of(candidate, found).total();
            if (d < distance) {
                distance = d;
                nearest = candidate;
            }
        }
        return new PronunciationErrors(words + 1, wrongWords + (distance > 0 ? 1 : 0), sounds + nearest.size(),
                wrongSounds + distance);
    }

    /** The share of words that are wrong. */
    public double wordErrorRate() {
        return (double) wrongWords / words;
    }

    /** Wrong sounds for each right one. */
    public double phonemeErrorRate() {
        return (double) wrongSounds / sounds;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f %% of the words, %.2f %% of the phonemes", 100 * wordErrorRate(),
                100 * phonemeErrorRate());
    }
}
