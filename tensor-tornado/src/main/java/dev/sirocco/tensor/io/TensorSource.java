package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.List;

/**
 * A tensor that is made while it is written, so that many need not be in memory at once.
 *
 * @param parts gone through once: its elements in their order, in storages of its type and any length. Each is written
 *              before the next is asked for, which may lie in the same memory
 */
public record TensorSource(String name, DType dtype, Shape shape, Iterable<Storage> parts) {

    /** A tensor that is there. */
    public static TensorSource of(String name, Storage tensor) {
        return new TensorSource(name, tensor.dtype(), tensor.shape(), List.of(tensor));
    }

    long bytes() {
        return shape.numel() * dtype.bytes();
    }
}
