package dev.sirocco.apps;

import java.io.InputStream;
import java.io.PrintStream;

/** Where a command reads and writes. */
public record Terminal(InputStream in, PrintStream out, PrintStream err) {

    /** Shows at once what was printed; false if nobody reads it any more, {@code head} say. */
    public boolean flush() {
        return !out.checkError();
    }

    /** Whether the JVM is ending because of a signal; {@link System#exit} would then never return. */
    static boolean isShuttingDown() {
        Thread probe = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException _) {
            return true;
        }
    }
}
