package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** The executors that the suite holds against the reference: the one place that names them. */
enum Candidate {
    VECTOR {
        @Override
        Executor start(int threads) {
            return Executors.vector(threads);
        }
    };

    private final Map<Integer, Executor> started = new ConcurrentHashMap<>();

    abstract Executor start(int threads);

    /** This executor; where it is not to be had on this JVM the test is skipped, with the reason. */
    Executor executor() {
        return executor(2);
    }

    Executor executor(int threads) {
        try {
            return started.computeIfAbsent(threads, this::start);
        } catch (IllegalStateException e) {
            boolean isAbsent = !Executors.hasVector() || e.getCause() instanceof ClassNotFoundException;
            return isAbsent ? Assumptions.abort(e.getMessage()) : fail(e);
        }
    }

    private static Executor fail(IllegalStateException e) {
        throw e;
    }
}
