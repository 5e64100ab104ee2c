package dev.sirocco.text.pronunciation;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The CMU Pronouncing Dictionary, or another one in its format: lines {@code HELLO  HH AH0 L OW1}, further
 * pronunciations as {@code HELLO(1)}, comments behind {@code ;;;}. Kept as the bytes of the file with an index of its
 * lines, so that it is ready within milliseconds. Immutable.
 */
public final class Lexicon {

    /** Version 0.7b with 134,000 entries, in the Maven artifact {@code ca.rmen:rhymer}. */
    private static final String CMU = "/dictionary_files/cmudict-0.7b";

    private static final class Cmu {
        static final Lexicon LEXICON = read();
    }

    private final byte[] text;
    /** Where entries begin, plus 1, by their words' hashes: open addressing, first come first found; 0 is free. */
    private final int[] index;

    private Lexicon(byte[] text) {
        this.text = text;
        int lines = 1;
        for (byte b : text) {
            lines += b == '\n' ? 1 : 0;
        }
        index = new int[Integer.highestOneBit(lines) * 4];
        for (int line = 0; line < text.length; line = next(line)) {
            if (isEntry(line)) {
                add(line);
            }
        }
    }

    /** The CMU Pronouncing Dictionary, read once. */
    public static Lexicon cmu() {
        return Cmu.LEXICON;
    }

    /** A dictionary in the same format. */
    public static Lexicon of(String lines) {
        return new Lexicon(lines.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Lexicon read() {
        try (InputStream in = Lexicon.class.getResourceAsStream(CMU)) {
            if (in == null) {
                throw new UserError("the pronouncing dictionary is not on the class path: start with the launcher "
                        + "./sirocco");
            }
            return new Lexicon(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- looking up -------------------------------------------------------------------------------------------

    /** A word's pronunciations, in lower case, the most usual one first; none if the dictionary lacks it. */
    public List<Pronunciation> pronunciations(String word) {
        List<Pronunciation> found = new ArrayList<>();
        for (int slot = slot(hash(word)); index[slot] != 0; slot = slot(slot + 1)) {
            int line = index[slot] - 1;
            if (isOf(line, word)) {
                found.add(pronunciation(line));
            }
        }
        return found;
    }

    public boolean knows(String word) {
        for (int slot = slot(hash(word)); index[slot] != 0; slot = slot(slot + 1)) {
            if (isOf(index[slot] - 1, word)) {
                return true;
            }
        }
        return false;
    }

    /** All words of letters and, behind them, apostrophes, in lower case, each once, in the file's order. */
    public List<String> words() {
        List<String> words = new ArrayList<>();
        for (int line = 0; line < text.length; line = next(line)) {
            if (isEntry(line)) {
                String word = word(line);
                if (word.matches("[a-z][a-z']*") && (words.isEmpty() || !words.getLast().equals(word))) {
                    words.add(word);
                }
            }
        }
        return words;
    }

    // ---- the file ---------------------------------------------------------------------------------------------

    private int next(int line) {
        while (line < text.length && text[line] != '\n') {
            line++;
        }
        return line + 1;
    }

    private boolean isEntry(int line) {
        return text[line] != ';' && text[line] > ' ';
    }

    /** Where the word that a line begins with ends. */
    private int end(int line) {
        int end = line + 1;
        while (end < text.length && text[end] != ' ' && text[end] != '(') {
            end++;
        }
        return end;
    }

    private String word(int line) {
        StringBuilder word = new StringBuilder();
        for (int i = line; i < end(line); i++) {
            word.append(lower(text[i]));
        }
        return word.toString();
    }

    private Pronunciation pronunciation(int line) {
        int from = end(line);
        while (text[from] != ' ') {
            from++;
        }
        int to = next(line) - 1;
        return Pronunciation.of(new String(text, from, Math.min(to, text.length) - from, StandardCharsets.ISO_8859_1));
    }

    private boolean isOf(int line, String word) {
        if (end(line) != line + word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (lower(text[line + i]) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static char lower(byte b) {
        return (char) (b >= 'A' && b <= 'Z' ? b + 'a' - 'A' : b);
    }

    // ---- the index --------------------------------------------------------------------------------------------

    private void add(int line) {
        int end = end(line);
        int hash = 0;
        for (int i = line; i < end; i++) {
            hash = 31 * hash + lower(text[i]);
        }
        int slot = slot(spread(hash));
        while (index[slot] != 0) {
            slot = slot(slot + 1);
        }
        index[slot] = line + 1;
    }

    private static int hash(String word) {
        return spread(word.hashCode());
    }

    private static int spread(int hash) {
        return hash * 0x9e3779b9 ^ hash >>> 15;
    }

    private int slot(int hash) {
        return hash & index.length - 1;
    }
}
