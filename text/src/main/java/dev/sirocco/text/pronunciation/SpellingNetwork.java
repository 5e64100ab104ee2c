package dev.sirocco.text.pronunciation;

import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.LanguageDecoder;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A {@link Gpt} that has learnt to pronounce words from their letters, at work: always the likeliest next sound. */
public final class SpellingNetwork implements AutoCloseable {

    /** The longest word that is read at once: dictionaries have hardly any longer ones to learn from. */
    public static final int LONGEST = LexiconSplit.LONGEST;
    private static final int MOST_SOUNDS = 28;

    private final LanguageDecoder decoder;
    private final int batch;

    /**
     * @param batch words of equal length that are pronounced at once
     */
    public SpellingNetwork(Gpt gpt, int batch, Executor executor) {
        if (gpt.config().vocabulary() != SpellingTokens.COUNT) {
            throw new UserError("the network has %,d tokens, pronunciations take %,d: name a folder that ".formatted(
                    gpt.config().vocabulary(), SpellingTokens.COUNT) + "`sirocco speak train g2p` wrote");
        }
        this.batch = batch;
        decoder = new LanguageDecoder(gpt, batch, LONGEST + 1 + MOST_SOUNDS, new TokenSampler(SpellingTokens.COUNT),
                executor);
    }

    /** A network to be trained with Muon; four layers of width 192 have 1.8 million parameters. */
    public static Gpt.Config config(int layers, int width, double dropout) {
        return Gpt.Config.modern(SpellingTokens.COUNT, 128, layers, 4, width, dropout);
    }

    /**
     * From the weights that training wrote.
     *
     * @throws UserError if the file cannot be read or holds something else
     */
    public static SpellingNetwork load(Path weights, int batch, Executor executor) {
        return new SpellingNetwork(Gpt.load(weights), batch, executor);
    }

    /**
     * How words sound.
     *
     * @param words of letters a to z and apostrophes, each of {@value #LONGEST} characters at most
     * @return the sounds of each; an untrained network may find none
     */
    public List<List<Sound>> sounds(List<String> words) {
        Map<Integer, List<String>> byLength = new TreeMap<>();
        words.forEach(word -> byLength.computeIfAbsent(word.length(), _ -> new ArrayList<>()).add(word));
        Map<String, List<Sound>> found = new HashMap<>();
        byLength.values().forEach(equal -> {
            for (int first = 0; first < equal.size(); first += batch) {
                decode(equal.subList(first, Math.min(first + batch, equal.size())), found);
            }
        });
        return words.stream().map(found::get).toList();
    }

    private void decode(List<String> words, Map<String, List<Sound>> found) {
        decoder.begin(TokenSampler.Settings.greedy(), 0);
        int[][] tokens = new int[batch][];
        List<List<Integer>> answers = new ArrayList<>();
        for (int row = 0; row < batch; row++) {
            tokens[row] = SpellingTokens.prompt(words.get(Math.min(row, words.size() - 1)));
            answers.add(new ArrayList<>());
        }
        for (int i = 0; i < MOST_SOUNDS && !answers.stream().allMatch(a -> a.contains(SpellingTokens.END)); i++) {
            int[] next = decoder.next(tokens);
            for (int row = 0; row < batch; row++) {
                answers.get(row).add(next[row]);
                tokens[row] = new int[] {next[row]};
            }
        }
        for (int row = 0; row < words.size(); row++) {
            found.put(words.get(row), SpellingTokens.sounds(answers.get(row)));
        }
    }

    @Override
    public void close() {
        decoder.close();
    }
}
