package dev.sirocco.apps.weights;

import dev.sirocco.apps.Terminal;
import java.io.PrintStream;

/** A line on a terminal that says how many bytes are done and how fast, and is gone at the end; nothing elsewhere. */
final class ByteProgress implements AutoCloseable {

    private static final long NANOS_BETWEEN = 100_000_000;
    private static final int LONGEST_NAME = 40;

    private final PrintStream out;
    private final boolean isTerminal;
    private String what = "";
    private long total;
    private long first;
    private long done;
    private long began;
    private long shown;

    ByteProgress(PrintStream out) {
        this.out = out;
        isTerminal = Terminal.isInteractive();
    }

    /** Work on so many bytes begins, or goes on behind the first ones. */
    void begin(String what, long done, long total) {
        this.what = what.length() <= LONGEST_NAME ? what : "…" + what.substring(what.length() - LONGEST_NAME);
        this.total = total;
        this.done = done;
        first = done;
        began = System.nanoTime();
        shown = began;
    }

    /** So many of the bytes are done. Fewer than before: it began anew. */
    void at(long bytes) {
        first = Math.min(first, bytes);
        done = bytes;
        long now = System.nanoTime();
        if (isTerminal && now - shown >= NANOS_BETWEEN) {
            shown = now;
            out.print("\r\33[K%s: %s of %s, %s".formatted(what, new ByteCount(done), new ByteCount(total), speed()));
            out.flush();
        }
    }

    /** Since the beginning, such as {@code 33.6 MB/s}. */
    String speed() {
        return new ByteCount((done - first) / Math.max(1e-9, (System.nanoTime() - began) / 1e9)) + "/s";
    }

    /** Removes the line, so that others can be written. */
    @Override
    public void close() {
        if (isTerminal) {
            out.print("\r\33[K");
            out.flush();
        }
    }
}
