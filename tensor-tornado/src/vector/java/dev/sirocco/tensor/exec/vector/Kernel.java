package dev.sirocco.tensor.exec.vector;

/** A step of a program, bound to its memory: running it computes its outputs from its operands, on all workers. */
interface Kernel {

    void run(Workers workers);

    /** Bytes that it keeps from run to run: constants in a form that is faster to compute with. */
    default long keptBytes() {
        return 0;
    }

    /** A line for {@code Program.explain()}: what it is and how large. */
    String describe();
}
