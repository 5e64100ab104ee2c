package dev.sirocco.tensor.exec.vector;

import java.util.function.Consumer;

/** A kernel made of what it is called and what it does. */
record ProductKernel(String describe, Consumer<Workers> work) implements Kernel {

    @Override
    public void run(Workers workers) {
        work.accept(workers);
    }
}
