package dev.sirocco.apps.speak;

import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.text.pronunciation.Lexicon;
import dev.sirocco.text.pronunciation.Pronouncer;
import dev.sirocco.text.pronunciation.SpeechSymbols;
import dev.sirocco.text.pronunciation.SpellingNetwork;
import dev.sirocco.text.pronunciation.SpokenWord;
import dev.sirocco.text.pronunciation.Utterance;
import dev.sirocco.text.speech.Sentence;
import dev.sirocco.text.speech.SpokenText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Written text as an acoustic model is told it: numbers of symbols, a pause in front. Close it. */
final class Script implements AutoCloseable {

    private static final int BATCH = 1;

    private final Pronouncer pronouncer;

    /** @param g2p folder of the network for what the dictionary lacks, or null: such words are spelled */
    Script(Path g2p, Executor executor) {
        pronouncer = new Pronouncer(Lexicon.cmu(), g2p == null ? null
                : () -> SpellingNetwork.load(ModelFolder.weights(g2p, PronunciationTraining.COMMAND), BATCH, executor));
    }

    /** A sentence in pieces of at most so many symbols: see the other form. */
    List<int[]> pieces(Sentence sentence, int most) {
        return pieces(pronouncer.pronounce(sentence).ids(), most);
    }

    /**
     * The sentences of a text, each with a pause in front.
     *
     * @return none if a word has been guessed
     */
    List<int[]> sure(String text) {
        List<Utterance> all = SpokenText.of(text).stream().map(pronouncer::pronounce).toList();
        boolean isSure = all.stream().flatMap(u -> u.words().stream())
                .noneMatch(w -> w.source() == SpokenWord.Source.NETWORK || w.source() == SpokenWord.Source.SPELLED);
        return isSure
                ? all.stream().map(u -> IntStream.concat(IntStream.of(SpeechSymbols.LONG_PAUSE), IntStream.of(u.ids()))
                        .toArray()).toList()
                : List.of();
    }

    /** A sentence in pieces of at most so many symbols, divided at pauses if it can be, else between words. */
    static List<int[]> pieces(int[] symbols, int most) {
        List<int[]> pieces = new ArrayList<>();
        int from = 0;
        while (from < symbols.length) {
            int to = symbols.length - from <= most - 1 ? symbols.length : end(symbols, from, from + most - 1);
            pieces.add(IntStream.concat(IntStream.of(from == 0 ? SpeechSymbols.LONG_PAUSE : SpeechSymbols.SHORT_PAUSE),
                    IntStream.range(from, to).map(i -> symbols[i])).toArray());
            from = to;
        }
        return pieces;
    }

    /** Behind the last pause of the second half, else behind the last boundary, else where it must be. */
    private static int end(int[] symbols, int from, int most) {
        for (int i = most; i > from + (most - from) / 2; i--) {
            if (symbols[i - 1] == SpeechSymbols.SHORT_PAUSE) {
                return i;
            }
        }
        for (int i = most; i > from + 1; i--) {
            if (symbols[i - 1] == SpeechSymbols.BOUNDARY) {
                return i;
            }
        }
        return most;
    }

    @Override
    public void close() {
        pronouncer.close();
    }
}
