package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * y = x·Wᵀ + b along the last axis.
 *
 * @param weight (out, in), or (in, out) in the layout that GPT-2 calls Conv1D
 * @param bias (out), or null
 */
public record Linear(String path, State weight, State bias, boolean isConv1d) implements Layer {

    /** With PyTorch's default: uniform in ±1/√in. */
    public Linear(Scope scope, int in, int out, boolean hasBias) {
        this(scope, in, out, hasBias, Init.uniformFanIn(1 / Math.sqrt(3)));
    }

    public Linear(Scope scope, int in, int out, boolean hasBias, Init init) {
        this(scope.path(), scope.param("weight", init, out, in), hasBias ? bias(scope, out) : null, false);
    }

    /** With GPT-2's layout of the weight, (in, out). */
    public static Linear conv1d(Scope scope, int in, int out, boolean hasBias, Init init) {
        return new Linear(scope.path(), scope.param("weight", init, in, out), hasBias ? bias(scope, out) : null, true);
    }

    private static State bias(Scope scope, int out) {
        return scope.param("bias", Init.zeros(), out);
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (…, in)
        try (var _ = x.graph().at(path)) {
            Tensor w = x.read(weight);
            Tensor y = x.matmul(isConv1d ? w : w.transpose());               // (…, out)
            return bias == null ? y : y.add(x.read(bias));
        }
    }
}
