package dev.sirocco.models.train;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/** One line that tells how far a run is: rewritten in place on a terminal, else now and then a line of its own. */
final class ProgressLine {

    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long FILE_NANOS = 30_000_000_000L;

    private final PrintStream out;
    private final boolean isTerminal;
    private long shown = System.nanoTime() - FILE_NANOS;
    private int width;

    ProgressLine(PrintStream out) {
        this.out = out;
        Console console = System.console();
        isTerminal = console != null && console.isTerminal();
    }

    /** Whether it is time to show something again. */
    boolean isDue() {
        return System.nanoTime() - shown >= (isTerminal ? TERMINAL_NANOS : FILE_NANOS);
    }

    void show(String text) {
        shown = System.nanoTime();
        if (isTerminal) {
            out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
            out.flush();
            width = text.length();
        } else {
            out.println(text);
        }
    }

    /** A line that stays. */
    void say(String text) {
        if (isTerminal && width > 0) {
            out.print("\r" + " ".repeat(width) + "\r");
            width = 0;
        }
        out.println(text);
    }

    /** Such as {@code 3:07} or {@code 1:02:45}. */
    static String duration(double seconds) {
        long s = Math.round(seconds);
        return s < 3600 ? String.format(Locale.ROOT, "%d:%02d", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
    }
}
