package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;

/**
 * Where a tensor's elements lie: movements such as permute, broadcast, slice and unfold only change strides.
 *
 * @param address of element [0, 0 …], in bytes; raw memory, checked when the program was bound
 * @param strides elements from one index to the next along each axis; 0 repeats, negative ones run backwards
 * @param isConstant whether the elements are the same in every run of the program
 */
record View(long address, DType dtype, Shape shape, long[] strides, boolean isConstant) {

    View(long address, DType dtype, Shape shape, long[] strides) {
        this(address, dtype, shape, strides, false);
    }

    static View contiguous(long address, DType dtype, Shape shape) {
        return new View(address, dtype, shape, shape.strides());
    }

    /** Whether the elements lie in row-major order without gaps. */
    boolean isContiguous() {
        return isContiguous(0);
    }

    /** Whether the axes from this one on lie in row-major order without gaps. */
    boolean isContiguous(int fromAxis) {
        long expected = 1;
        for (int i = shape.rank() - 1; i >= fromAxis; i--) {
            if (shape.dim(i) != 1) {
                if (strides[i] != expected) {
                    return false;
                }
                expected *= shape.dim(i);
            }
        }
        return true;
    }

    /** Elements between neighbours along an axis; negative axes count from the end. */
    long stride(int axis) {
        return strides[shape.axis(axis)];
    }
}
