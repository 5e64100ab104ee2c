package dev.sirocco.text.pronunciation;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A sentence as an acoustic model is to speak it.
 *
 * @param words in order
 * @param starts the index among the symbols where each word begins
 * @param symbols as {@link SpeechSymbols} numbers them: sounds, between words a boundary or a pause, at the end a pause
 */
public record Utterance(List<SpokenWord> words, List<Integer> starts, List<Integer> symbols) {

    public Utterance {
        words = List.copyOf(words);
        starts = List.copyOf(starts);
        symbols = List.copyOf(symbols);
    }

    /** The symbols as a network takes them. */
    public int[] ids() {
        return symbols.stream().mapToInt(Integer::intValue).toArray();
    }

    /** {@code HH AH0 L OW1 , W ER1 L D .} */
    @Override
    public String toString() {
        return symbols.stream().map(SpeechSymbols::name).collect(Collectors.joining(" "));
    }
}
