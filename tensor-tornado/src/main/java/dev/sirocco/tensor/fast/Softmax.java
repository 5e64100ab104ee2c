package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/** exp(x) / Σ exp(x) along the last axis. */
public record Softmax() implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.getFirst();
        Tensor e = x.sub(shift(x)).exp();
        return List.of(e.div(e.sumKeep(-1)));
    }

    /**
     * What to subtract from each row so that exp does not overflow: the maximum, which, being rounded down, has no
     * gradient. The result of a softmax does not depend on it, so its gradient would be zero anyway.
     */
    static Tensor shift(Tensor x) {
        return x.maxKeep(-1).floor();
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("softmax", in, "x");
        Operands.requireRank("softmax", "x", in.getFirst(), 1, "(…, C)");
        return in;
    }
}
