package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/** Gains and shifts that a norm may lack. */
final class Norms {

    private Norms() {}

    /** The parameter, or, where there is none, this number for each element along an axis of x. */
    static Tensor orFill(State parameter, double otherwise, Tensor x, int axis) {
        return parameter == null ? x.graph().fill(otherwise, Shape.of(x.dim(axis))) : x.read(parameter);
    }
}
