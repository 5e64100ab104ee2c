package dev.sirocco.text;

import java.io.IOException;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Cuts a text into words, spaces and line breaks, whose terms in a row are the text again. When tidy, a break is
 * {@code \n}, and a space is one U+0020 that stands only between two words of a line. Half surrogate pairs, which no
 * encoding can write, are dropped.
 */
final class LineTokenizer extends Tokenizer {

    /** A word this long (in chars) is cut where nothing can combine across the cut. */
    private static final int LONG = 1 << 14;
    private static final int END = -1;

    private final boolean tidy;
    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final char[] buffer = new char[1 << 13];
    private int at;
    private int filled;
    private boolean lineStart;

    LineTokenizer(boolean tidy) {
        this.tidy = tidy;
    }

    @Override
    public void reset() throws IOException {
        super.reset();
        at = 0;
        filled = 0;
        lineStart = true;
    }

    @Override
    public boolean incrementToken() throws IOException {
        clearAttributes();
        int c = peek();
        if (c == END) {
            return false;
        }
        if (isSpace(c)) {
            space();
            if (!tidy) {
                return true;
            }
            c = peek();
            if (c == END) {
                return false;
            }
            if (!lineStart && !isBreak(c)) {
                term.setEmpty().append(' ');
                return true;
            }
            term.setEmpty();
        }
        if (isBreak(c)) {
            lineBreak();
            return true;
        }
        return word();
    }

    private void space() throws IOException {
        while (isSpace(peek()) && (tidy || term.length() < LONG)) {
            char c = next();
            if (!tidy) {
                term.append(c);
            }
        }
    }

    private void lineBreak() throws IOException {
        char c = next();
        boolean two = c == '\r' && peek() == '\n';
        if (two) {
            next();
        }
        if (tidy) {
            term.append('\n');
        } else {
            term.append(c);
            if (two) {
                term.append('\n');
            }
        }
        lineStart = true;
    }

    private boolean word() throws IOException {
        for (int c = peek(); c != END && !isSpace(c) && !isBreak(c); c = peek()) {
            if (term.length() >= LONG && (c < 0x300 || Character.isIdeographic(c))) {
                break;
            }
            next();
            if (Character.isHighSurrogate((char) c)) {
                int low = peek();
                if (low != END && Character.isLowSurrogate((char) low)) {
                    term.append((char) c).append(next());
                }
            } else if (!Character.isLowSurrogate((char) c)) {
                term.append((char) c);
            }
        }
        lineStart &= term.length() == 0;
        return term.length() > 0 || incrementToken();
    }

    private int peek() throws IOException {
        if (at == filled) {
            int n = input.read(buffer, 0, buffer.length);
            if (n <= 0) {
                return END;
            }
            at = 0;
            filled = n;
        }
        return buffer[at];
    }

    private char next() {
        return buffer[at++];
    }

    /** Line feed, carriage return, vertical tab, form feed, next line, line and paragraph separator. */
    static boolean isBreak(int c) {
        return c >= '\n' && c <= '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c != END && !isBreak(c) && (Character.isSpaceChar(c) || Character.isWhitespace(c));
    }
}
