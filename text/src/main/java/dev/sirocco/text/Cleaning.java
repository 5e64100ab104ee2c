package dev.sirocco.text;

import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * How a corpus is cleaned before training, so that the vocabulary is small and its characters mean one thing each. The
 * work is done by a Lucene {@linkplain #analyzer() analyzer} whose tokens, written one after another, are plain text
 * again. Texts of any length stream through; cleaning what is clean changes nothing.
 *
 * @param form the Unicode normal form
 * @param asciiPunctuation curly quotes to {@code '} and {@code "}, en dashes and minus to {@code -}, em dashes to
 *     {@code --}, the ellipsis to {@code ...}, bullets to {@code *}
 * @param whitespace what happens to spaces and line ends
 * @param dropControls remove control characters (but not tabs and line ends) and invisible ones: byte order marks, soft
 *     hyphens, zero-width spaces, marks of writing direction. The zero-width joiners stay: Persian, the scripts of
 *     India and emoji are spelt with them
 * @param lowerCase turn all into lower case
 * @param stripGutenberg remove the header and licence of Project Gutenberg, also of several books in one text
 */
public record Cleaning(
        Form form,
        boolean asciiPunctuation,
        Whitespace whitespace,
        boolean dropControls,
        boolean lowerCase,
        boolean stripGutenberg) {

    /** A Unicode normal form. */
    public enum Form {
        /** As the text has it. */
        AS_IS,
        /** Letter and accent as one code point wherever there is one. */
        NFC,
        /** NFC, and ligatures, full-width forms, superscripts and the like to ordinary characters. */
        NFKC
    }

    /** What happens to spaces and line ends. */
    public enum Whitespace {
        /** All stay as they are. */
        KEEP,
        /**
         * Every line break is one {@code \n}, every run of spaces, tabs and other blanks within a line one space; none
         * at the ends of a line. Lines, empty ones too, stay lines.
         */
        TIDY
    }

    private static final NormalizeCharMap PUNCTUATION = punctuation();
    private static final NormalizeCharMap CONTROLS = controls();

    /** NFC, ASCII punctuation, tidy whitespace, no controls, no Gutenberg frames; case stays. */
    public static Cleaning standard() {
        return new Cleaning(Form.NFC, true, Whitespace.TIDY, true, false, true);
    }

    /** Changes nothing: the point to start from when only one thing is wanted. */
    public static Cleaning none() {
        return new Cleaning(Form.AS_IS, false, Whitespace.KEEP, false, false, false);
    }

    public Cleaning withForm(Form form) {
        return new Cleaning(form, asciiPunctuation, whitespace, dropControls, lowerCase, stripGutenberg);
    }

    public Cleaning withAsciiPunctuation(boolean asciiPunctuation) {
        return new Cleaning(form, asciiPunctuation, whitespace, dropControls, lowerCase, stripGutenberg);
    }

    public Cleaning withWhitespace(Whitespace whitespace) {
        return new Cleaning(form, asciiPunctuation, whitespace, dropControls, lowerCase, stripGutenberg);
    }

    public Cleaning withDropControls(boolean dropControls) {
        return new Cleaning(form, asciiPunctuation, whitespace, dropControls, lowerCase, stripGutenberg);
    }

    public Cleaning withLowerCase(boolean lowerCase) {
        return new Cleaning(form, asciiPunctuation, whitespace, dropControls, lowerCase, stripGutenberg);
    }

    public Cleaning withStripGutenberg(boolean stripGutenberg) {
        return new Cleaning(form, asciiPunctuation, whitespace, dropControls, lowerCase, stripGutenberg);
    }

    /**
     * The Lucene chain: char filters (Gutenberg, controls, punctuation, normal form), a tokenizer of words, spaces and
     * line breaks, and token filters (lower case). Its terms, concatenated, are the cleaned text. Close it after use.
     */
    public Analyzer analyzer() {
        return new Analyzer() {
            @Override
            protected Reader initReader(String field, Reader text) {
                Reader filtered = text;
                if (stripGutenberg) {
                    filtered = new GutenbergCharFilter(filtered);
                }
                if (dropControls) {
                    filtered = new MappingCharFilter(CONTROLS, filtered);
                }
                if (asciiPunctuation) {
                    filtered = new MappingCharFilter(PUNCTUATION, filtered);
                }
                return switch (form) {
                    case AS_IS -> filtered;
                    case NFC -> new NormalFormCharFilter(filtered, Normalizer.Form.NFC);
                    case NFKC -> new NormalFormCharFilter(filtered, Normalizer.Form.NFKC);
                };
            }

            @Override
            protected TokenStreamComponents createComponents(String field) {
                Tokenizer lines = new LineTokenizer(whitespace == Whitespace.TIDY);
                return new TokenStreamComponents(lines, lowerCase ? new LowerCaseFilter(lines) : lines);
            }
        };
    }

    /** Cleans {@code in} into {@code out}; closes {@code in}, not {@code out}. */
    public void clean(Reader in, Writer out) throws IOException {
        try (Analyzer analyzer = analyzer(); TokenStream tokens = analyzer.tokenStream("text", in)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                out.write(term.buffer(), 0, term.length());
            }
            tokens.end();
        }
    }

    /** The cleaned text. It may be empty. */
    public String clean(String text) {
        StringWriter out = new StringWriter(text.length());
        try {
            clean(new StringReader(text), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /** The cleaned corpus. Throws {@link UserError} if nothing is left of it. */
    public Corpus clean(Corpus corpus) {
        ByteArrayOutputStream utf8 = new ByteArrayOutputStream(corpus.utf8Bytes());
        try (Writer out = new OutputStreamWriter(utf8, StandardCharsets.UTF_8)) {
            clean(corpus.reader(), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (utf8.size() == 0) {
            throw new UserError("nothing is left of the text after cleaning: clean less, or give another text");
        }
        return Corpus.ofUtf8(utf8.toByteArray());
    }

    private static NormalizeCharMap punctuation() {
        var map = new NormalizeCharMap.Builder();
        for (Map.Entry<Integer, String> entry : Typography.PUNCTUATION.entrySet()) {
            map.add(Character.toString(entry.getKey()), entry.getValue());
        }
        return map.build();
    }

    private static NormalizeCharMap controls() {
        var map = new NormalizeCharMap.Builder();
        for (int c = 0; c <= 0xFFFF; c++) {
            boolean control = Character.getType(c) == Character.CONTROL && !LineTokenizer.isBreak(c) && c != '\t';
            boolean invisible = c == 0xFEFF || c == 0x00AD || c == 0x200B || c == 0x200E || c == 0x200F || c == 0x061C
                    || c >= 0x202A && c <= 0x202E || c >= 0x2060 && c <= 0x206F || c >= 0xFFF9 && c <= 0xFFFB;
            if (control || invisible) {
                map.add(Character.toString(c), "");
            }
        }
        return map.build();
    }
}
