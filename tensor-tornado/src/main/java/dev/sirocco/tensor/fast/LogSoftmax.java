package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/** x - log Σ exp(x) along the last axis. */
public record LogSoftmax() implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.getFirst();
        Tensor shifted = x.sub(Softmax.shift(x));
        return List.of(shifted.sub(shifted.exp().sumKeep(-1).log()));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("log-softmax", in, "x");
        Operands.requireRank("log-softmax", "x", in.getFirst(), 1, "(…, C)");
        return in;
    }
}
