package dev.sirocco.tensor.exec;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;

/** Turns graphs into programs for one kind of device. */
public interface Executor {

    /** A short name for people: {@code reference}, {@code vector}. */
    String name();

    /**
     * Whether a {@link dev.sirocco.tensor.ir.Composite} or {@link dev.sirocco.tensor.ir.Backward} op of this kind is
     * run by a kernel; any other is expanded before compilation.
     */
    boolean hasKernel(Op op);

    /** Whether another program is compiled in much less than a second, so that it may wait until it is needed. */
    default boolean isQuick() {
        return true;
    }

    Program compile(Graph graph);
}
