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

        @Override
        boolean isAbsent() {
            return !Executors.hasVector();
        }
    },

    TORNADO {
        /** A device decides for itself how many threads it has. */
        @Override
        Executor start(int threads) {
            return Executors.tornado("tornado");
        }

        @Override
        boolean isAbsent() {
            return !Executors.hasTornado();
        }

        /** Beyond, where floats are a hundred radians apart, π is not known exactly enough. */
        @Override
        double largestAngle() {
            return 1e9;
        }

        /**
         * A kernel takes a tenth of a second to compile, so a part must do without
         * {@code sirocco test -Dtornado.all=true}.
         */
        @Override
        boolean takes(Object row) {
            return Boolean.getBoolean("sirocco.tornado.all") || Math.floorMod(row.toString().hashCode(), 12) == 0;
        }
    };

    private final Map<Integer, Executor> started = new ConcurrentHashMap<>();

    abstract Executor start(int threads);

    /** Whether it runs a row of a long table. */
    boolean takes(Object row) {
        return true;
    }

    /** The largest angle whose sine and cosine are exact to a few ulp. */
    double largestAngle() {
        return Double.POSITIVE_INFINITY;
    }

    /** Whether this JVM was not started for it. */
    abstract boolean isAbsent();

    /** This executor; where it is not to be had on this JVM the test is skipped, with the reason. */
    Executor executor() {
        return executor(2);
    }

    Executor executor(int threads) {
        try {
            return started.computeIfAbsent(threads, this::start);
        } catch (IllegalStateException e) {
            boolean isAbsent = isAbsent() || e.getCause() instanceof ClassNotFoundException;
            return isAbsent ? Assumptions.abort(e.getMessage()) : fail(e);
        }
    }

    private static Executor fail(IllegalStateException e) {
        throw e;
    }
}
