package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;

/**
 * A task of a program.
 *
 * @param describe a line for {@code Program.explain()}
 * @param task what TornadoVM runs, or a {@link Cublas.Call}
 * @param arrays the task's arguments behind the context
 * @param grid how many threads run it, or null if the task is a call
 */
record Kernel(String describe, Object task, List<DeviceArray> arrays, WorkerGrid grid) {

    /** Threads that share a core, or a multiprocessor. */
    private static final int GROUP = 64;

    /** A kernel of one thread to an element. */
    static Kernel elements(String describe, long n, BiConsumer<KernelCode, Integer> body) {
        return elements(describe, n, GROUP, body);
    }

    /** As {@link #elements(String, long, BiConsumer)}, with a number of threads that share a core. */
    static Kernel elements(String describe, long n, int group, BiConsumer<KernelCode, Integer> body) {
        KernelFactory.Made made = KernelFactory.make(code -> {
            int i = code.thread("globalIdx");
            if (n > 0) {
                code.ifLess(() -> code.pushInt(i), () -> code.push(Math.toIntExact(n)), () -> body.accept(code, i));
            }
        });
        return new Kernel(describe, made.task(), made.arrays(), grid(n, group));
    }

    /** A kernel of one thread to each index into a shape; the body gets the slots of its coordinates. */
    static Kernel elements(String describe, Shape shape, BiConsumer<KernelCode, int[]> body) {
        return elements(describe, shape.numel(), (code, i) -> body.accept(code, code.coordinates(i, shape.dims())));
    }

    /** A kernel of groups of threads that work together. */
    static Kernel groups(String describe, long groups, int group, Consumer<KernelCode> body) {
        KernelFactory.Made made = KernelFactory.make(groups == 0 ? _ -> { } : body);
        return new Kernel(describe, made.task(), made.arrays(), grid(groups * group, group));
    }

    private static WorkerGrid grid(long n, int group) {
        WorkerGrid1D grid = new WorkerGrid1D(Math.toIntExact(Math.ceilDiv(Math.max(1, n), group) * group));
        grid.setLocalWork(group, 1, 1);
        return grid;
    }

    /** A kernel that leaves arrays as they are: a graph keeps on the device only those that its tasks name. */
    static Kernel claim(List<DeviceArray> arrays) {
        return elements("claim", 1, (code, i) -> arrays.forEach(a -> {
            code.store(a.whole(), () -> code.pushInt(i), code.load(a.whole(), () -> code.pushInt(i)));
        }));
    }
}
