package dev.sirocco.tensor.exec;

import dev.sirocco.tensor.exec.reference.ReferenceExecutor;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

/** The executors at hand on this JVM. */
public final class Executors {

    private static final String VECTOR = "dev.sirocco.tensor.exec.vector.VectorExecutor";
    private static final String TORNADO = "dev.sirocco.tensor.exec.tornado.TornadoExecutor";
    private static final String TORNADO_DEVICES = "dev.sirocco.tensor.exec.tornado.TornadoDevices";
    private static final String TORNADO_MODULE = "tornado.runtime";
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

    /** Whether the JVM was started with a TornadoVM SDK. */
    public static boolean hasTornado() {
        return ModuleLayer.boot().findModule(TORNADO_MODULE).isPresent();
    }

    /** The devices of this machine: the CPU, and what TornadoVM finds if the JVM was started with its SDK. */
    public static List<Device> devices() {
        List<Device> all = new ArrayList<>();
        all.add(new Device("cpu", System.getProperty("os.arch"), hasVector() ? "vector" : "reference", false,
                Runtime.getRuntime().maxMemory(), Runtime.version().toString()));
        if (hasTornado()) {
            all.addAll(tornadoDevices());
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private static List<Device> tornadoDevices() {
        try {
            return (List<Device>) Class.forName(TORNADO_DEVICES).getMethod("list").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("TornadoVM's devices cannot be listed: " + e, e);
        }
    }

    /**
     * A device of TornadoVM: a GPU, or a CPU by way of OpenCL.
     *
     * @param id {@code tornado:0:1} for device 1 of backend 0; {@code tornado} for the first GPU, or else the first
     *     device
     * @throws IllegalStateException if there is no SDK or no such device; the message says how to get one
     */
    public static Executor tornado(String id) {
        if (!hasTornado()) {
            throw new IllegalStateException("no TornadoVM SDK: install one with `sdk install tornadovm` "
                    + "(https://sdkman.io) or set TORNADOVM_HOME, and start with ./sirocco");
        }
        try {
            // By name: the class cannot be linked on a JVM without the SDK.
            return (Executor) Class.forName(TORNADO).getConstructor(String.class).newInstance(id);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof IllegalStateException state ? state
                    : new IllegalStateException("the TornadoVM executor does not start: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the TornadoVM executor is not on the class path", e);
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
