package dev.sirocco.apps;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work end cleanly when a signal (Ctrl-C, SIGTERM) ends the JVM: the JVM waits until this is closed.
 *
 * <pre>{@code
 * try (Interrupt interrupt = new Interrupt()) {
 *     while (!interrupt.isRequested()) { … }
 * }
 * }</pre>
 */
public final class Interrupt implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 600;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::awaitClose, "end-cleanly");
    private volatile boolean isRequested;

    public Interrupt() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether a signal has come. */
    public boolean isRequested() {
        return isRequested;
    }

    private void awaitClose() {
        isRequested = true;
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The JVM is on its way out and has been let go.
        }
    }
}
