package dev.sirocco.text.subword;

import java.util.BitSet;
import java.util.function.Consumer;

/**
 * Where a text can be cut for good: between two characters that stand side by side in no token. Each part is then
 * encoded on its own, and most come up again and again.
 */
final class Seams {

    /** A collision of two pairs only makes a part longer. */
    private static final int PAIRS = 1 << 22;

    private final BitSet joined = new BitSet(PAIRS);

    /** Two neighbours in a token: all of {@code text}'s. */
    void join(String text) {
        for (int i = 0, first = -1; i < text.length(); i += Character.charCount(first)) {
            int second = text.codePointAt(i);
            if (first >= 0) {
                joined.set(pair(first, second));
            }
            first = second;
        }
    }

    /** Gives the parts of a text, in order. */
    void split(String text, Consumer<String> part) {
        int begin = 0;
        for (int i = 0, first = -1; i < text.length(); i += Character.charCount(first)) {
            int second = text.codePointAt(i);
            if (first >= 0 && !joined.get(pair(first, second))) {
                part.accept(text.substring(begin, i));
                begin = i;
            }
            first = second;
        }
        if (begin < text.length()) {
            part.accept(text.substring(begin));
        }
    }

    private static int pair(int first, int second) {
        return (first * 0x9E3779B1 + second) * 0x85EBCA6B >>> 10;
    }
}
