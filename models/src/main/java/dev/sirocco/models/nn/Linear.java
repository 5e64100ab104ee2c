package dev.sirocco.models.nn;

import dev.sirocco.tensor.fast.QuantisedMatMul;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Optional;

/**
 * y = x·Wᵀ + b along the last axis.
 *
 * @param weight (out, in), or (in, out) in the layout that GPT-2 calls Conv1D; or the {@linkplain Format#rows rows} of
 *               the first, in blocks of few bits
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
            Tensor y = product(x);                                           // (…, out)
            return bias == null ? y : y.add(x.read(bias));
        }
    }

    private Tensor product(Tensor x) {
        Optional<Format> blocks = isConv1d ? Optional.empty() : Format.of(weight.type(), x.dim(-1));
        if (blocks.isPresent()) {
            return x.graph().add(new QuantisedMatMul(blocks.get()), x, x.graph().read(weight));
        }
        Tensor w = x.read(weight);
        return x.matmul(isConv1d ? w : w.transpose());
    }
}
