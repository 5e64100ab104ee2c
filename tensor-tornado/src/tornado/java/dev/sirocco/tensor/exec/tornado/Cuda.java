package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What TornadoVM's CUDA backend offers beyond kernels: calls of cuBLAS, and graphs of launches that the driver records
 * in their first run and replays from then on. The API that we are compiled against has neither, so both are looked up
 * once.
 *
 * @param sgemm describes a call of cuBLAS, or null
 * @param libraryTask adds a call to a graph; null where {@code sgemm} is
 * @param withGraphs has a plan's graphs recorded, or null
 * @param isStandIn whether kernels of ours stand in for cuBLAS, for tests
 */
record Cuda(MethodHandle sgemm, MethodHandle libraryTask, MethodHandle withGraphs, boolean isStandIn) {

    static final Cuda NONE = new Cuda(null, null, null, false);

    /** {@code off}, or {@code stand-in}; by default a device is asked. */
    private static final String PROPERTY = "sirocco.tornado.cuda";

    private static final String API = "uk.ac.manchester.tornado.api.";
    private static final double TOLERANCE = 1e-3;

    /**
     * What of it works on a device: a sample is computed with it and without it, several times, as what is replayed
     * must see new inputs and new weights.
     *
     * @param compile for a session
     */
    static Cuda of(TornadoDevices.Named chosen, BiFunction<Graph, Session, Program> compile) {
        Cuda found = lookUp(chosen.device());
        Set<Cuda> candidates = new LinkedHashSet<>(List.of(found, found.withoutGraphs(), found.withoutCublas()));
        candidates.remove(NONE);
        for (Cuda candidate : candidates) {
            String fault = fault(new Session(chosen, NONE), new Session(chosen, candidate), compile);
            if (fault == null) {
                return candidate;
            }
            System.err.printf("sirocco: %s on %s: does not work and is not used: %s%n", candidate,
                    chosen.description().id(), fault);
        }
        return NONE;
    }

    private static Cuda lookUp(TornadoDevice device) {
        String wanted = System.getProperty(PROPERTY, "");
        if (wanted.equals("stand-in")) {
            return new Cuda(null, null, null, true);
        }
        // The name, as the constant is missing from older APIs.
        if (wanted.equals("off") || !device.getTornadoVMBackend().name().equals("CUDA")) {
            return NONE;
        }
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle withGraphs = find(() -> lookup.findVirtual(TornadoExecutionPlan.class, "withCUDAGraph",
                MethodType.methodType(TornadoExecutionPlan.class)));
        MethodHandle libraryTask = find(() -> lookup.findVirtual(TaskGraph.class, "libraryTask", MethodType.methodType(
                TaskGraph.class, String.class, Class.forName(API + "common.TornadoFunctions$LibraryTask1"),
                Object.class)));
        MethodHandle sgemm = find(() -> lookup.findStatic(Class.forName("uk.ac.manchester.tornado.cublas.CuBlas"),
                "cublasSgemmStridedBatched", MethodType.methodType(Class.forName(API + "common.LibraryTaskDescriptor"),
                        int.class, int.class, int.class, int.class, int.class, float.class,
                        FloatArray.class, int.class, long.class, FloatArray.class, int.class, long.class,
                        float.class, FloatArray.class, int.class, long.class, int.class)));
        return libraryTask == null || sgemm == null ? new Cuda(null, null, withGraphs, false)
                : new Cuda(sgemm, libraryTask, withGraphs, false);
    }

    private static MethodHandle find(Callable<MethodHandle> lookup) {
        try {
            return lookup.call();
        } catch (Exception | LinkageError _) {
            return null;                                            // an SDK without the library, or of another version
        }
    }

    private Cuda withoutGraphs() {
        return new Cuda(sgemm, libraryTask, null, isStandIn);
    }

    private Cuda withoutCublas() {
        return new Cuda(null, null, withGraphs, false);
    }

    @Override
    public String toString() {
        return (hasCublas() ? "cuBLAS" : "") + (hasCublas() && withGraphs != null ? " with " : "")
                + (withGraphs != null ? "CUDA graphs" : "");
    }

    /** What is wrong, or null. */
    private static String fault(Session plain, Session tried, BiFunction<Graph, Session, Program> compile) {
        SplittableRandom random = new SplittableRandom(1);
        float[] weight = random(random, 523 * 517);
        State expected = new State("expected", Storage.of(Shape.of(523, 517), weight));
        State updated = new State("updated", Storage.of(Shape.of(523, 517), weight));
        try (Program right = compile.apply(sample(expected), plain);
                Program here = compile.apply(sample(updated), tried)) {
            String fault = null;
            for (int run = 0; run < 3 && fault == null; run++) {
                float[] x = random(random, 521 * 517);
                right.input("x").set(x);
                here.input("x").set(x);
                right.run();
                here.run();
                fault = difference(here.output("y").floats(), right.output("y").floats());
                if (fault == null) {
                    fault = difference(updated.storage().floats(), expected.storage().floats());
                }
            }
            return fault;
        } catch (RuntimeException | LinkageError e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse("") + " (" + e.getClass().getSimpleName()
                    + ")";
        }
    }

    /** A product with a weight that every run changes. */
    private static Graph sample(State weight) {
        Graph g = new Graph();
        Tensor w = g.read(weight);
        g.output("y", g.input("x", DType.F32, 521, 517).matmul(w.transpose()).relu());
        g.assign(weight, w.mul(-0.5));
        return g;
    }

    private static float[] random(SplittableRandom random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private static String difference(float[] got, float[] expected) {
        for (int i = 0; i < got.length; i++) {
            if (!(Math.abs(got[i] - expected[i]) <= TOLERANCE)) {
                return "element %d of a sample is %s and should be %s".formatted(i, got[i], expected[i]);
            }
        }
        return null;
    }

    boolean hasCublas() {
        return sgemm != null || isStandIn;
    }

    /** Has a plan's graphs recorded, if that is possible; before any of them runs. */
    void recordGraphs(TornadoExecutionPlan plan) {
        if (withGraphs != null) {
            try {
                withGraphs.invoke(plan);
            } catch (Throwable e) {
                throw new IllegalStateException("TornadoVM refuses CUDA graphs", e);
            }
        }
    }

    /** Adds a call of cuBLAS to a graph that is being built. */
    void addTask(TaskGraph graph, String name, Cublas.Call call) {
        try {
            Object descriptor = sgemm.invokeWithArguments(call.arguments());
            MethodHandle factory = MethodHandles.dropArguments(MethodHandles.constant(Object.class, descriptor), 0,
                    Object.class);
            Class<?> type = libraryTask.type().parameterType(2);
            libraryTask.invoke(graph, name, MethodHandleProxies.asInterfaceInstance(type, factory), (Object) name);
        } catch (Throwable e) {
            throw new IllegalStateException("TornadoVM refuses a call of cuBLAS", e);
        }
    }
}
