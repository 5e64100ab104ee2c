package dev.sirocco.models.nn;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.fast.QuantisedMatMul;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.TensorType;

/** How a model holds what it takes from a checkpoint. */
public enum Weights {

    /** Copies in F32, which can be trained. */
    COPIED,
    /**
     * The checkpoint's own memory, a mapped file say, which can only be read: F32 and, of matrices, BF16, F16 and
     * {@linkplain Format blocks of few bits} as they are. Only what no product can be computed with is copied.
     */
    AS_STORED;

    /** What suits a model that is only run: products with blocks are slow where there is no kernel for them. */
    public static Weights toRunOn(Executor executor) {
        return executor.hasKernel(new QuantisedMatMul(Format.Q8_0)) ? AS_STORED : COPIED;
    }

    /** Whether a parameter of this shape can be taken from these numbers. */
    boolean fit(Storage found, Shape shape) {
        return found.shape().equals(shape) || this == AS_STORED && areRows(found, shape);
    }

    Storage take(Storage found, DType dtype, Shape shape) {
        boolean isKept = this == AS_STORED && (found.dtype() == DType.F32
                || shape.rank() > 1 && found.dtype() == DType.BF16 || areRows(found, shape));
        return isKept ? found : found.to(dtype);
    }

    private static boolean areRows(Storage found, Shape shape) {
        return shape.rank() == 2 && found.shape().rank() == 2 && found.shape().dim(0) == shape.dim(0)
                && Format.of(new TensorType(found.shape(), found.dtype()), shape.dim(1)).isPresent();
    }
}
