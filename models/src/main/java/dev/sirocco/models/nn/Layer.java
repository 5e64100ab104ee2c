package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;

/** A part of a model with one tensor in and one out. Applying it traces; nothing is computed yet. */
@FunctionalInterface
public interface Layer {
    Tensor apply(Tensor x);
}
