package dev.sirocco.text;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.shingle.ShingleFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionLengthAttribute;

/** Words in lower case by Unicode's rules (UAX #29), and shingles: runs of several words, joined by a space. */
final class WordAnalyzer extends Analyzer {

    /** Receives a term of so many words; the chars are valid during the call only. */
    interface Terms {
        void accept(char[] chars, int length, int words);
    }

    private final int minShingle;
    private final int maxShingle;

    /** Single words and shingles of {@code minShingle} (2 or more) to {@code maxShingle} words. */
    WordAnalyzer(int minShingle, int maxShingle) {
        this.minShingle = minShingle;
        this.maxShingle = maxShingle;
    }

    @Override
    protected TokenStreamComponents createComponents(String field) {
        Tokenizer words = new StandardTokenizer();
        return new TokenStreamComponents(words, new ShingleFilter(new LowerCaseFilter(words), minShingle, maxShingle));
    }

    void analyze(Reader text, Terms terms) {
        try (TokenStream tokens = tokenStream("text", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            PositionLengthAttribute words = tokens.addAttribute(PositionLengthAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                terms.accept(term.buffer(), term.length(), words.getPositionLength());
            }
            tokens.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
