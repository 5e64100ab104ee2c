package dev.sirocco.text;

import java.io.IOException;
import java.io.Reader;
import java.text.Normalizer;
import org.apache.lucene.analysis.CharFilter;

/**
 * Brings a stream into a Unicode normal form with the JDK's normaliser. It works block by block, cut before characters
 * that never combine with what stands before them. Offsets are not corrected: this chain's output is text.
 */
final class NormalFormCharFilter extends CharFilter {

    private static final int BLOCK = 1 << 13;
    /** Characters below U+0300, the first combining mark, start afresh in every normal form. */
    private static final char FIRST_MARK = '\u0300';

    private final Normalizer.Form form;
    private final char[] buffer = new char[BLOCK];
    private final StringBuilder raw = new StringBuilder();
    private String normal = "";
    private int at;
    private boolean ended;

    NormalFormCharFilter(Reader in, Normalizer.Form form) {
        super(in);
        this.form = form;
    }

    @Override
    public int read(char[] out, int offset, int length) throws IOException {
        while (at == normal.length()) {
            if (ended) {
                return -1;
            }
            fill();
        }
        int n = Math.min(length, normal.length() - at);
        normal.getChars(at, at + n, out, offset);
        at += n;
        return n;
    }

    private void fill() throws IOException {
        int cut = 0;
        while (cut == 0 && !ended) {
            int n = input.read(buffer, 0, BLOCK);
            if (n < 0) {
                ended = true;
            } else {
                raw.append(buffer, 0, n);
                for (int i = raw.length() - 1; i >= Math.max(1, raw.length() - n) && cut == 0; i--) {
                    cut = raw.charAt(i) < FIRST_MARK ? i : 0;
                }
            }
        }
        cut = ended ? raw.length() : cut;
        normal = Normalizer.normalize(raw.substring(0, cut), form);
        at = 0;
        raw.delete(0, cut);
    }

    @Override
    protected int correct(int offset) {
        return offset;
    }
}
