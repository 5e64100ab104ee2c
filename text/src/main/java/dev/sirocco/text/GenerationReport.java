package dev.sirocco.text;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sirocco.tensor.ir.UserError;
import java.io.StringReader;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.analysis.CharArrayMap;

/**
 * What a generated text owes to the corpus its model was trained on: whether it writes words, whether it repeats
 * itself, and whether it copies. Words are Lucene's (StandardTokenizer, lower case); characters are code points; shares
 * are in [0, 1], and 0 where there is nothing to count.
 *
 * @param characters length of the generated text
 * @param words its words
 * @param knownWords share of its words, each occurrence counted, that occur in the corpus
 * @param unknownWords words that do not, each once, in order of appearance; the first {@value #LISTED} at most
 * @param distinct1 distinct words over all words: low when the text repeats itself (Li et al. 2016)
 * @param distinct2 distinct runs of two words over all runs of two words
 * @param distinct3 the same for three words
 * @param sharedShingles share of its runs of {@value #SHINGLE} words, each occurrence counted, that occur in the corpus
 *     whatever their case, punctuation and line breaks: copying that is not to the letter
 * @param longestCopy the longest passage of it that stands in the corpus to the letter; the first in the generated text
 *     if several are as long
 * @param longestCopyCharacters its length
 * @param longestCopyLine the line of the corpus, from 1, on which it first starts; 0 if there is no passage
 * @param copyLength the length in characters from which a passage counts as copied
 * @param copiedShare share of the generated characters that lie in copied passages
 * @param meanWordLength characters a word
 * @param meanSentenceWords words a sentence
 */
@JsonPropertyOrder({"characters", "words", "knownWords", "unknownWords", "distinct1", "distinct2", "distinct3",
        "sharedShingles", "longestCopy", "longestCopyCharacters", "longestCopyLine", "copyLength", "copiedShare",
        "meanWordLength", "meanSentenceWords"})
public record GenerationReport(
        int characters,
        int words,
        double knownWords,
        List<String> unknownWords,
        double distinct1,
        double distinct2,
        double distinct3,
        double sharedShingles,
        String longestCopy,
        int longestCopyCharacters,
        int longestCopyLine,
        int copyLength,
        double copiedShare,
        double meanWordLength,
        double meanSentenceWords) {

    /** The customary length of a copied passage: about seven words of English. */
    public static final int COPY_LENGTH = 40;
    /** Words of a shingle: chance repeats three of them often, five seldom. */
    public static final int SHINGLE = 5;
    /** Unknown words listed. */
    public static final int LISTED = 20;

    private static final int DISTINCT = 3;
    private static final int QUOTED = 300;
    private static final ObjectMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** The report with passages of {@value #COPY_LENGTH} characters. See {@link #of(String, Corpus, int)}. */
    public static GenerationReport of(String generated, Corpus training) {
        return of(generated, training, COPY_LENGTH);
    }

    /**
     * Compares a generated text with the corpus. Time is linear in both.
     *
     * @param generated what the model wrote, without the prompt
     * @param copyLength from how many characters a passage counts as copied, at least 1
     * @throws UserError if {@code generated} is empty or {@code copyLength} below 1
     */
    public static GenerationReport of(String generated, Corpus training, int copyLength) {
        if (generated.isEmpty()) {
            throw new UserError("there is no generated text to report on: generate at least one character");
        }
        if (copyLength < 1) {
            throw new UserError("a copied passage of " + copyLength + " characters is none: take 1 or more, 40 say");
        }
        Vocabulary own = new Vocabulary(generated);
        own.lookUpIn(training);
        Copies copies = Copies.find(generated.codePoints().toArray(), training, copyLength);
        int characters = generated.codePointCount(0, generated.length());
        return new GenerationReport(characters, own.count(1), own.knownShare(1), own.unknownWords(), own.distinct(1),
                own.distinct(2), own.distinct(3), own.knownShare(SHINGLE), copies.longest, copies.longestLength,
                copies.longestLine, copyLength, share(copies.covered, characters),
                share(own.wordCharacters, own.count(1)), share(own.count(1), sentences(generated)));
    }

    public GenerationReport {
        unknownWords = List.copyOf(unknownWords);
    }

    /** The report as a few aligned lines for a terminal, without a line end after the last. */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add(line("characters", "%,9d", characters));
        lines.add(line("words", "%,9d   %.1f characters a word, %.1f words a sentence", words, meanWordLength,
                meanSentenceWords));
        lines.add(line("known words", "%7.1f %%", 100 * knownWords)
                + (unknownWords.isEmpty() ? "" : "   not in the training text: " + String.join(", ", unknownWords)));
        lines.add(line("distinct-1/2/3", "    %.3f / %.3f / %.3f", distinct1, distinct2, distinct3));
        lines.add(line(SHINGLE + "-word runs", "%7.1f %%   occur in the training text", 100 * sharedShingles));
        lines.add(line("copied", "%7.1f %%   of the characters, in passages of %d or more", 100 * copiedShare,
                copyLength));
        lines.add(line("longest copy", "%,9d   characters", longestCopyCharacters)
                + (longestCopy.isEmpty() ? ""
                        : String.format(Locale.ROOT, ", line %,d: \"%s\"", longestCopyLine, quoted())));
        return String.join("\n", lines);
    }

    private static String line(String name, String format, Object... values) {
        return String.format(Locale.ROOT, "%-15s", name) + String.format(Locale.ROOT, format, values);
    }

    private String quoted() {
        int end = longestCopyCharacters <= QUOTED ? longestCopy.length() : longestCopy.offsetByCodePoints(0, QUOTED);
        return longestCopy.substring(0, end).replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
                + (end < longestCopy.length() ? "…" : "");
    }

    /** The report as a JSON object whose names are those of this record. */
    public String json() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static int sentences(String text) {
        BreakIterator sentence = BreakIterator.getSentenceInstance(Locale.ROOT);
        sentence.setText(text);
        int n = 0;
        for (int from = sentence.first(), to = sentence.next(); to != BreakIterator.DONE;
                from = to, to = sentence.next()) {
            n += text.substring(from, to).codePoints().anyMatch(Character::isLetterOrDigit) ? 1 : 0;
        }
        return n;
    }

    /** The generated text's words and shingles by their number of words, and which of them the corpus has. */
    private static final class Vocabulary {

        /** A term's occurrences in the generated text, and whether the corpus has it. */
        private static final class Term {
            private int count;
            private boolean known;
        }

        private final List<CharArrayMap<Term>> terms = new ArrayList<>();
        private final Map<String, Term> wordsInOrder = new LinkedHashMap<>();
        private long wordCharacters;

        Vocabulary(String generated) {
            for (int n = 0; n <= SHINGLE; n++) {
                terms.add(new CharArrayMap<>(64, false));
            }
            try (WordAnalyzer analyzer = new WordAnalyzer(2, SHINGLE)) {
                analyzer.analyze(new StringReader(generated), (chars, length, n) -> {
                    if (n > DISTINCT && n < SHINGLE) {
                        return;
                    }
                    Term term = terms.get(n).get(chars, 0, length);
                    if (term == null) {
                        term = new Term();
                        String spelling = new String(chars, 0, length);
                        terms.get(n).put(spelling, term);
                        if (n == 1) {
                            wordsInOrder.put(spelling, term);
                        }
                    }
                    term.count++;
                    wordCharacters += n == 1 ? Character.codePointCount(chars, 0, length) : 0;
                });
            }
        }

        void lookUpIn(Corpus training) {
            try (WordAnalyzer analyzer = new WordAnalyzer(SHINGLE, SHINGLE)) {
                analyzer.analyze(training.reader(), (chars, length, n) -> {
                    Term term = terms.get(n).get(chars, 0, length);
                    if (term != null) {
                        term.known = true;
                    }
                });
            }
        }

        int count(int n) {
            return terms.get(n).values().stream().mapToInt(t -> t.count).sum();
        }

        double distinct(int n) {
            return share(terms.get(n).size(), count(n));
        }

        double knownShare(int n) {
            return share(terms.get(n).values().stream().filter(t -> t.known).mapToInt(t -> t.count).sum(), count(n));
        }

        List<String> unknownWords() {
            return wordsInOrder.entrySet().stream().filter(e -> !e.getValue().known).map(Map.Entry::getKey)
                    .limit(LISTED).toList();
        }
    }

    /** What of the generated text stands in the corpus to the letter. */
    private record Copies(String longest, int longestLength, int longestLine, int covered) {

        static Copies find(int[] generated, Corpus training, int copyLength) {
            SubstringIndex index = new SubstringIndex(generated);
            training.forEachCodePoint(index::step);
            int[] ending = index.longestEndingAt();
            int best = 0;
            int covered = 0;
            int coveredTo = 0;
            for (int end = 1; end < ending.length; end++) {
                best = ending[end] > ending[best] ? end : best;
                if (ending[end] >= copyLength) {
                    covered += end - Math.max(coveredTo, end - ending[end]);
                    coveredTo = end;
                }
            }
            int length = ending[best];
            String longest = new String(generated, best - length, length);
            return new Copies(longest, length, length == 0 ? 0 : lineOf(longest, training), covered);
        }

        /** The line, from 1, on which a passage that occurs in the corpus starts. */
        private static int lineOf(String passage, Corpus training) {
            int[] codePoints = passage.codePoints().toArray();
            SubstringIndex index = new SubstringIndex(codePoints);
            int[] line = {1, 0};
            training.forEachCodePoint(codePoint -> {
                line[0] += codePoint == '\n' ? 1 : 0;
                if (index.step(codePoint) == codePoints.length && line[1] == 0) {
                    line[1] = line[0];
                }
            });
            return line[1] - (int) passage.codePoints().filter(c -> c == '\n').count();
        }
    }
}
