package dev.sirocco.apps.weights;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * How long a host may keep us waiting, and how often to try again.
 *
 * @param silence before a connection, before the beginning of an answer, before each further piece
 * @param tries in a row, none of which brings {@value #GAIN} bytes
 * @param pause before the second try; twice as long before each further one
 */
record Patience(Duration silence, int tries, Duration pause) {

    static final Patience USUAL = new Patience(Duration.ofSeconds(30), 5, Duration.ofSeconds(1));

    private static final long GAIN = 1 << 20;

    /** Something that may fail and be tried again. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException;
    }

    /**
     * Tries until it works.
     *
     * @param bytes how many are here at the moment
     * @param say takes a line for a person before each further try
     * @throws BrokenConnection if no further try is left
     * @throws IOException any other at once
     */
    <T> T keepTrying(Attempt<T> attempt, LongSupplier bytes, Consumer<String> say) throws IOException {
        int failures = 0;
        while (true) {
            long before = bytes.getAsLong();
            try {
                return attempt.run();
            } catch (BrokenConnection e) {
                failures = bytes.getAsLong() - before >= GAIN ? 1 : failures + 1;
                if (failures == tries) {
                    throw new BrokenConnection(e.getMessage() + "; tried " + tries + " times", e);
                }
                Duration next = pause.multipliedBy(1L << failures - 1);
                say.accept("%s; once more in %d s".formatted(e.getMessage(), next.toSeconds()));
                sleep(next);
            }
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while waiting for the next try", e);
        }
    }
}
