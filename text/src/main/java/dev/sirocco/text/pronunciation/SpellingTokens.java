package dev.sirocco.text.pronunciation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Words and their pronunciations as one sequence of tokens for a {@link dev.sirocco.models.zoo.Gpt}: the letters from
 * the last to the first, {@link #SAY}, the sounds, {@link #END}. A token sees only those before it, so backwards each
 * letter knows what follows it in the word, on which its sound depends most in English (Sutskever et al. 2014, section
 * 3.3, turned their sources around too). Trained models refer to these numbers.
 */
final class SpellingTokens {

    static final int END = 0;
    static final int SAY = 1;
    private static final int FIRST_LETTER = 2;
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz'";
    private static final int FIRST_SOUND = FIRST_LETTER + LETTERS.length();

    static final int COUNT = FIRST_SOUND + Sound.ALL.size();

    private SpellingTokens() {}

    /** The letters, backwards, and {@link #SAY}: what a model goes on from. */
    static int[] prompt(String word) {
        int[] tokens = new int[word.length() + 1];
        for (int i = 0; i < word.length(); i++) {
            int letter = LETTERS.indexOf(word.charAt(i));
            if (letter < 0) {
                throw new IllegalArgumentException("'" + word + "' has other letters than a to z");
            }
            tokens[word.length() - 1 - i] = FIRST_LETTER + letter;
        }
        tokens[word.length()] = SAY;
        return tokens;
    }

    /** The sounds and {@link #END}: what a model is to answer. */
    static int[] answer(Pronunciation pronunciation) {
        return Stream.concat(pronunciation.sounds().stream().map(s -> FIRST_SOUND + s.id()), Stream.of(END))
                .mapToInt(Integer::intValue).toArray();
    }

    /** Whether a token can stand in an answer. */
    static boolean isAnswer(int token) {
        return token == END || token >= FIRST_SOUND;
    }

    /** The sounds in front of the first {@link #END}, whatever else is among them left out; maybe none. */
    static List<Sound> sounds(List<Integer> answer) {
        List<Sound> sounds = new ArrayList<>();
        for (int token : answer) {
            if (token == END) {
                break;
            }
            if (isAnswer(token)) {
                sounds.add(Sound.ALL.get(token - FIRST_SOUND));
            }
        }
        return sounds;
    }
}
