package dev.sirocco.tensor.exec;

import dev.sirocco.tensor.exec.reference.ReferenceExecutor;
import java.lang.reflect.InvocationTargetException;

/** The executors at hand on this JVM. */
public final class Executors {

    private static final String VECTOR = "dev.sirocco.tensor.exec.vector.VectorExecutor";
    private static final String MODULE = "jdk.incubator.vector";

    private Executors() {}

    /** Scalar Java in double precision: the oracle of all others. */
    public static Executor reference() {
        return new ReferenceExecutor();
    }

    /** Whether the JVM was started with the module that {@link #vector} is built on. */
    public static boolean hasVector() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    /**
     * SIMD on all cores, through the Vector API.
     *
     * @throws IllegalStateException if the JVM was started without the module; the message names the flag
     */
    public static Executor vector() {
        return vector(Runtime.getRuntime().availableProcessors());
    }

    /** As {@link #vector()}, with a number of threads; results do not depend on it. */
    public static Executor vector(int threads) {
        if (!hasVector()) {
            throw new IllegalStateException("the vector executor needs the JVM flag --add-modules " + MODULE);
        }
        try {
            // By name: the class cannot be linked on a JVM without the incubating module.
            return (Executor) Class.forName(VECTOR).getConstructor(int.class).newInstance(threads);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the vector executor does not start: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the vector executor is not on the class path", e);
        }
    }

    /** The vector executor, or, with a warning that says how to get it, the reference. */
    public static Executor best() {
        return Best.EXECUTOR;
    }

    private static final class Best {
        private static final Executor EXECUTOR = choose();

        private static Executor choose() {
            if (hasVector()) {
                return vector();
            }
            System.getLogger("dev.sirocco").log(System.Logger.Level.WARNING,
                    "SIMD is off and everything will be slow: start java with --add-modules " + MODULE);
            return reference();
        }
    }
}
