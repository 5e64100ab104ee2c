package dev.sirocco.text;

import java.io.IOException;
import java.io.Reader;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharFilter;

/**
 * Removes what Project Gutenberg puts around its books: the header up to the line {@code *** START OF THE PROJECT
 * GUTENBERG EBOOK ... ***} (or the older "small print"), and the licence from {@code *** END OF ...} on; also the blank
 * lines between these and the book. Several books in a row, and texts of other origin before and behind them, are
 * understood. Offsets are not corrected: this chain's output is text.
 */
final class GutenbergCharFilter extends CharFilter {

    private static final Pattern START = pattern(
            "\\s*\\*{3} ?START OF (THE|THIS) PROJECT GUTENBERG E-?(BOOK|TEXT).*|\\s*\\*END\\*? ?THE SMALL PRINT.*");
    private static final Pattern END = pattern("\\s*\\*{3} ?END OF (THE|THIS) PROJECT GUTENBERG E-?(BOOK|TEXT).*"
            + "|\\s*END OF (THE |THIS )?PROJECT GUTENBERG.*");
    private static final Pattern HEADER = pattern(
            "[\uFEFF\\s*]*(THE |THIS IS THE )?PROJECT GUTENBERG('S|’S)? ?(E-?BOOK|E-?TEXT|EDITION|OF|ETEXT).*");
    private static final Pattern LICENCE_END = pattern(".*NEWSLETTER TO HEAR ABOUT NEW E-?BOOKS.*");
    /** A header's first line without a START within this many lines is no header. */
    private static final int HEADER_LINES = 1000;
    /** Longer lines come in pieces; no marker is this long. */
    private static final int PIECE = 4096;
    /** A START line may be broken in so many. */
    private static final int START_LINES = 4;

    private enum Place { OUTSIDE, HEADER, START_LINE, BODY_START, BODY, LICENCE }

    private final char[] buffer = new char[1 << 13];
    private int bufferAt;
    private int bufferEnd;

    private final StringBuilder line = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private int heldLines;
    private final StringBuilder out = new StringBuilder();
    private int outAt;
    private Place place = Place.OUTSIDE;
    private boolean ended;

    GutenbergCharFilter(Reader in) {
        super(in);
    }

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        while (outAt == out.length()) {
            if (ended) {
                return -1;
            }
            out.setLength(0);
            outAt = 0;
            if (readLine()) {
                step();
            } else {
                ended = true;
                release();
            }
        }
        int n = Math.min(length, out.length() - outAt);
        out.getChars(outAt, outAt + n, target, offset);
        outAt += n;
        return n;
    }

    private void step() {
        boolean start = START.matcher(line).matches();
        if (start && place != Place.BODY && place != Place.BODY_START) {
            held.setLength(0);
            heldLines = 1;
            place = startEnds() ? Place.BODY_START : Place.START_LINE;
            return;
        }
        switch (place) {
            case OUTSIDE -> {
                if (HEADER.matcher(line).matches()) {
                    place = Place.HEADER;
                    heldLines = 1;
                    held.append(line);
                } else {
                    out.append(line);
                }
            }
            case HEADER -> {
                held.append(line);
                if (++heldLines > HEADER_LINES) {
                    release();
                    place = Place.OUTSIDE;
                }
            }
            case START_LINE -> {
                if (startEnds() || ++heldLines >= START_LINES) {
                    place = Place.BODY_START;
                }
            }
            case BODY_START, BODY -> body();
            case LICENCE -> {
                if (LICENCE_END.matcher(line).matches()) {
                    place = Place.OUTSIDE;
                }
            }
        }
    }

    private void body() {
        if (END.matcher(line).matches()) {
            held.setLength(0);
            place = Place.LICENCE;
        } else if (line.toString().isBlank()) {
            if (place == Place.BODY) {
                held.append(line);
            }
        } else {
            release();
            out.append(line);
            place = Place.BODY;
        }
    }

    /** Lets out lines that were held back and turned out to be text. */
    private void release() {
        out.append(held);
        held.setLength(0);
    }

    /** Whether the START line is whole: it ends in asterisks, or is small print. */
    private boolean startEnds() {
        String text = line.toString().strip();
        return text.endsWith("*") || text.startsWith("*END");
    }

    /** Reads a line with its end, or a piece of a very long one; false at the end of the text. */
    private boolean readLine() throws IOException {
        line.setLength(0);
        while (line.length() < PIECE) {
            if (bufferAt == bufferEnd) {
                bufferEnd = Math.max(0, input.read(buffer, 0, buffer.length));
                bufferAt = 0;
                if (bufferEnd == 0) {
                    break;
                }
            }
            char c = buffer[bufferAt++];
            line.append(c);
            if (c == '\n') {
                break;
            }
        }
        return !line.isEmpty();
    }

    @Override
    protected int correct(int offset) {
        return offset;
    }
}
