package dev.sirocco.tensor.exec.vector;

/** A bilinear map between contiguous F32 tensors: a convolution, or its gradient along one of its two factors. */
interface Product {

    /**
     * Computes {@code result} from two factors, all given by their addresses; no memory is allocated from the second
     * run on.
     */
    void run(Workers workers, long first, long second, long result);

    /** Bytes that it keeps from run to run. */
    default long keptBytes() {
        return 0;
    }
}
