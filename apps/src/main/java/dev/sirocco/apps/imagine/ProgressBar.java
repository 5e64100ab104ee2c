package dev.sirocco.apps.imagine;

import java.io.PrintStream;

/** A line on a terminal that shows how much is done, and is gone at the end; nothing elsewhere. */
final class ProgressBar implements AutoCloseable {

    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean isTerminal;
    private final long began = System.nanoTime();

    ProgressBar(PrintStream out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    void show(int done, int of) {
        if (isTerminal) {
            int full = WIDTH * done / of;
            out.print("\r%s%s %d of %d, %.0f s".formatted("█".repeat(full), "░".repeat(WIDTH - full), done, of,
                    (System.nanoTime() - began) / 1e9));
            out.flush();
        }
    }

    @Override
    public void close() {
        if (isTerminal) {
            out.print("\r\33[K");
            out.flush();
        }
    }
}
