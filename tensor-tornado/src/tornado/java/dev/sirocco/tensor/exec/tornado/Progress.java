package dev.sirocco.tensor.exec.tornado;

import java.io.Console;
import java.io.PrintStream;

/** How far the compilation of a program's kernels is: a line that counts up on a terminal, and a last one anywhere. */
final class Progress {

    /** Fewer are compiled before one has read that they are. */
    private static final int LEAST_KERNELS = 20;

    private final PrintStream out;
    private final boolean isTerminal;
    private final String deviceId;
    private final int kernels;
    private final long start = System.nanoTime();

    Progress(PrintStream out, boolean isTerminal, String deviceId, int kernels) {
        this.out = out;
        this.isTerminal = isTerminal;
        this.deviceId = deviceId;
        this.kernels = kernels;
    }

    static Progress of(String deviceId, int kernels) {
        Console console = System.console();
        return new Progress(System.err, console != null && console.isTerminal(), deviceId, kernels);
    }

    /** @param compiled kernels until now */
    void show(int compiled) {
        if (isTerminal && kernels > LEAST_KERNELS) {
            out.printf("\rcompiling kernels for %s: %d of %d ", deviceId, compiled, kernels);
            out.flush();
        }
    }

    void end() {
        if (kernels > LEAST_KERNELS) {
            String eraseLine = isTerminal ? "\r\u001B[K" : "";
            out.printf("%scompiled %d kernels in %.1f s%n", eraseLine, kernels, (System.nanoTime() - start) / 1e9);
        }
    }
}
