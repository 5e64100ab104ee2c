package dev.sirocco.text.speech;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Written English as sentences to speak, one after another while the text is still being read: memory does not grow
 * with its length. Letters of scripts other than Latin are left out; {@link #leftOut()} tells which. Use by one thread;
 * close it.
 */
public final class SpokenText implements Iterator<Sentence>, AutoCloseable {

    /** How many of the characters left out a message shows. */
    private static final int SHOWN = 12;

    private final SpeechAnalyzer analyzer = new SpeechAnalyzer();
    private final TokenStream written;
    private final CharTermAttribute term;
    private final TypeAttribute type;
    private final BitSet leftOut = new BitSet();
    private boolean blank = true;
    private boolean spoke;
    private Sentence next;

    /** Reads the text as sentences are asked for, and closes it in the end. */
    public SpokenText(Reader text) {
        written = analyzer.tokenStream("text", text);
        term = written.addAttribute(CharTermAttribute.class);
        type = written.addAttribute(TypeAttribute.class);
        try {
            written.reset();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All sentences of a short text.
     *
     * @throws UserError if nothing in it can be spoken
     */
    public static List<Sentence> of(String text) {
        List<Sentence> sentences = new ArrayList<>();
        try (SpokenText spoken = new SpokenText(new StringReader(text))) {
            spoken.forEachRemaining(sentences::add);
        }
        return sentences;
    }

    /**
     * Whether there is another sentence.
     *
     * @throws UserError at the end of a text in which there was none
     * @throws UncheckedIOException if the text cannot be read on
     */
    @Override
    public boolean hasNext() {
        try {
            while (next == null && written.incrementToken()) {
                blank = false;
                List<Part> parts = SentenceParts.of(term.toString(), leftOut::set);
                if (!parts.isEmpty()) {
                    next = new Sentence(parts, type.type().equals(SentenceTokenizer.PARAGRAPH_END));
                    spoke = true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!spoke) {
            throw new UserError(blank ? "the text is empty: give some words to speak"
                    : "nothing in the text can be spoken" + (leftOut.isEmpty() ? "" : " (left out: " + shown() + ")")
                            + ": give words in English");
        }
        return next != null;
    }

    @Override
    public Sentence next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Sentence sentence = next;
        next = null;
        return sentence;
    }

    /** The letters, in lower case, and digits left out so far, each once, in the order of their code points. */
    public List<String> leftOut() {
        return leftOut.stream().mapToObj(Character::toString).toList();
    }

    @Override
    public void close() {
        try {
            written.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            analyzer.close();
        }
    }

    private String shown() {
        String first = leftOut.stream().limit(SHOWN).mapToObj(Character::toString).collect(Collectors.joining(" "));
        return leftOut.cardinality() > SHOWN ? first + " and " + (leftOut.cardinality() - SHOWN) + " more" : first;
    }
}
