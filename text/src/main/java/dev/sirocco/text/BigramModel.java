package dev.sirocco.text;

import dev.sirocco.tensor.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which word follows which: bigrams with absolute discounting, backed off to single words (Ney, Essen and Kneser 1994),
 * in the ARPA format that recognisers read.
 */
public final class BigramModel {

    private static final String START = "<s>";
    private static final String END = "</s>";
    private static final double DISCOUNT = 0.5;

    private final SortedMap<String, SortedMap<String, Integer>> following = new TreeMap<>();
    private final SortedMap<String, Integer> counts = new TreeMap<>();
    private final int total;

    /** @param sentences their words */
    public BigramModel(List<List<String>> sentences) {
        int words = 0;
        for (List<String> sentence : sentences) {
            List<String> all = new ArrayList<>(sentence);
            all.add(END);
            String before = START;
            for (String word : all) {
                following.computeIfAbsent(before, _ -> new TreeMap<>()).merge(word, 1, Integer::sum);
                counts.merge(word, 1, Integer::sum);
                before = word;
                words++;
            }
        }
        total = words;
    }

    /** How likely a word is behind another one; {@code <s>} is in front of the first, {@code </s>} behind the last. */
    public double probability(String before, String word) {
        SortedMap<String, Integer> next = following.get(before);
        if (next == null || !next.containsKey(word)) {
            return backOff(before) * single(word);
        }
        return (next.get(word) - DISCOUNT) / sum(next);
    }

    private double single(String word) {
        return counts.getOrDefault(word, 0) / (double) total;
    }

    /** What is left for words that did not follow, over their share among all words. */
    private double backOff(String before) {
        SortedMap<String, Integer> next = following.get(before);
        if (next == null) {
            return 1;
        }
        double left = DISCOUNT * next.size() / sum(next);
        double others = 1 - next.keySet().stream().mapToDouble(this::single).sum();
        return others <= 0 ? 0 : left / others;
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Writes it in the ARPA format: logarithms to the base of 10. */
    public void write(Path file) {
        List<String> singles = new ArrayList<>(List.of("-99 %s %.6f".formatted(START, logarithm(backOff(START)))));
        List<String> pairs = new ArrayList<>();
        Map<String, Double> backOffs = new HashMap<>();
        following.keySet().forEach(word -> backOffs.put(word, logarithm(backOff(word))));
        counts.keySet().forEach(word ->
                singles.add(String.format(Locale.ROOT, "%.6f %s %.6f", logarithm(single(word)), word,
                        backOffs.getOrDefault(word, 0.0))));
        following.forEach((before, next) -> next.keySet().forEach(word ->
                pairs.add(String.format(Locale.ROOT, "%.6f %s %s", logarithm(probability(before, word)), before,
                        word))));
        String text = "\\data\\\nngram 1=%d\nngram 2=%d\n\n\\1-grams:\n%s\n\n\\2-grams:\n%s\n\n\\end\\\n"
                .formatted(singles.size(), pairs.size(), String.join("\n", singles), String.join("\n", pairs));
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static double logarithm(double probability) {
        return probability <= 0 ? -99 : Math.log10(probability);
    }
}
