package dev.sirocco.text;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Short English texts, such as captions, to ids: one a word, whatever its case, its accents, and whether it is
 * singular, plural or possessive. Id 0 is no word: it ends every text and fills it up; alone it stands for no text.
 * Immutable.
 *
 * <p>In a model's folder it is {@value #FILE}: {@code {"type":"words","vocabulary":["a","dragon","red",...]}}, the
 * position of a word being its id less 1.
 */
public final class WordTokenizer {

    /** The file's name in a model's folder. */
    public static final String FILE = VocabularyFile.NAME;
    /** The most words a vocabulary may have. */
    public static final int MAX_VOCABULARY = 1 << 18;

    private static final VocabularyFile FORMAT = new VocabularyFile("words", "word", MAX_VOCABULARY);

    private static final Analyzer ANALYZER = new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            Tokenizer words = new StandardTokenizer();
            TokenStream lower = new LowerCaseFilter(new EnglishPossessiveFilter(words));
            return new TokenStreamComponents(words, new EnglishMinimalStemFilter(new ASCIIFoldingFilter(lower)));
        }
    };

    private final List<String> words;
    private final Map<String, Integer> ids = new HashMap<>();

    private WordTokenizer(List<String> words) {
        this.words = List.copyOf(words);
        words.forEach(word -> ids.put(word, ids.size() + 1));
    }

    /**
     * The tokeniser of the words that occur often enough, in alphabetical order.
     *
     * @param least times that a word must occur
     */
    public static WordTokenizer of(Collection<String> texts, int least) {
        Map<String, Integer> counts = new TreeMap<>();
        texts.forEach(text -> words(text).forEach(word -> counts.merge(word, 1, Integer::sum)));
        counts.values().removeIf(count -> count < least);
        if (counts.isEmpty()) {
            throw new UserError("no word occurs %d times in the captions: give more of them".formatted(least));
        }
        return new WordTokenizer(List.copyOf(counts.keySet()));
    }

    /**
     * Reads {@value #FILE} in a model's folder.
     *
     * @throws UserError with one line that names the file, what is wrong with it and what to do
     */
    public static WordTokenizer read(Path folder) {
        return new WordTokenizer(FORMAT.read(folder));
    }

    /**
     * Writes {@value #FILE} into a model's folder, which is made if need be. The file appears whole or not at all.
     *
     * @throws UserError if that fails
     */
    public void write(Path folder) {
        FORMAT.write(folder, words);
    }

    /** The number of ids, that of no word among them. */
    public int vocabularySize() {
        return words.size() + 1;
    }

    /**
     * The ids of the known words of a text, in order; what is too long is cut off, and the rest, one id at least, is 0.
     *
     * @param length of the result
     */
    public int[] encode(String text, int length) {
        int[] encoded = new int[length];
        int n = 0;
        for (String word : words(text)) {
            Integer id = ids.get(word);
            if (id != null && n < length - 1) {
                encoded[n++] = id;
            }
        }
        return encoded;
    }

    /**
     * The words of a text that this tokeniser lacks, as it sees them: in lower case and singular. Words that say little,
     * such as articles, are not among them.
     */
    public List<String> unknown(String text) {
        return words(text).stream()
                .filter(word -> !ids.containsKey(word) && !EnglishAnalyzer.ENGLISH_STOP_WORDS_SET.contains(word))
                .distinct().toList();
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        try (TokenStream tokens = ANALYZER.tokenStream("text", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                words.add(term.toString());
            }
            tokens.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return words;
    }
}
