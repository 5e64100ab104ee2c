package dev.sirocco.tensor.exec.vector;

import java.util.function.Consumer;

/** A kernel whose work is a lambda over the memory that it was bound to. */
record BoundKernel(String describe, long keptBytes, Consumer<Workers> work) implements Kernel {

    /** That keeps nothing from run to run. */
    BoundKernel(String describe, Consumer<Workers> work) {
        this(describe, 0, work);
    }

    @Override
    public void run(Workers workers) {
        work.accept(workers);
    }

    /** The address of an output, 0 if nobody reads it. */
    static long address(View output) {
        return output == null ? 0 : output.address();
    }
}
