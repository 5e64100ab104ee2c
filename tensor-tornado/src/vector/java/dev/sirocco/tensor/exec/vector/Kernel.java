package dev.sirocco.tensor.exec.vector;

/** A step of a program, bound to its memory: running it computes its outputs from its operands, on all workers. */
interface Kernel {

    void run(Workers workers);

    /** A line for {@code Program.explain()}: what it is and how large. */
    String describe();
}
