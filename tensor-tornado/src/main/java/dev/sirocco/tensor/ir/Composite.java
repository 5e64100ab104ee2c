package dev.sirocco.tensor.ir;

import java.util.ArrayList;
import java.util.List;

/**
 * A named op that is defined by other ops. The composition is its meaning, its gradient where {@link #keepsGradient} is
 * false, and the oracle of its tests. An executor that has a kernel for it runs that; for any other it is expanded.
 */
public non-sealed interface Composite extends Op {

    /** The outputs, built from the inputs by ops that have gradient rules. */
    List<Tensor> compose(List<Tensor> in);

    /**
     * Whether the gradient too stays one node, a {@link Backward}, for which executors may have a kernel. Where it is
     * false the composition is differentiated op by op.
     */
    default boolean keepsGradient() {
        return true;
    }

    /** By default the types of the composition's outputs. */
    @Override
    default List<TensorType> infer(List<TensorType> in) {
        Graph scratch = new Graph();
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            inputs.add(scratch.input("in" + i, in.get(i).dtype(), in.get(i).shape()));
        }
        return compose(inputs).stream().map(Tensor::type).toList();
    }
}
