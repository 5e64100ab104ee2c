package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/** x σ(x) of each element, also known as swish. */
public record Silu() implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.getFirst();
        return List.of(x.mul(x.sigmoid()));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("silu", in, "x");
        return in;
    }
}
