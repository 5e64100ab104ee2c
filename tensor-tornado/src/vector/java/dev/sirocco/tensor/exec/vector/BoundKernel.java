package dev.sirocco.tensor.exec.vector;

import java.util.function.Consumer;

/** A kernel whose work is a lambda over the memory that it was bound to. */
record BoundKernel(String describe, Consumer<Workers> work) implements Kernel {

    @Override
    public void run(Workers workers) {
        work.accept(workers);
    }

    /** The address of an output, 0 if nobody reads it. */
    static long address(View output) {
        return output == null ? 0 : output.address();
    }
}
