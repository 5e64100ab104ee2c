package dev.sirocco.apps;

import java.io.Console;
import java.io.InputStream;
import java.io.PrintStream;

/** Where a command reads and writes. */
public record Terminal(InputStream in, PrintStream out, PrintStream err) {

    /** Shows at once what was printed; false if nobody reads it any more, {@code head} say. */
    public boolean flush() {
        return !out.checkError();
    }

    /** Whether a person sees at once what this process prints: it goes to a terminal, not into a file or a pipe. */
    public static boolean isInteractive() {
        Console console = System.console();
        return console != null && console.isTerminal();
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
