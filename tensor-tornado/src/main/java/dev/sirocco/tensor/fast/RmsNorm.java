package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * Root mean square normalisation (Zhang and Sennrich 2019, eq. 4) over the last axis: x (…, C), weight (C) → (…, C).
 *
 * @param eps added to the mean square
 */
public record RmsNorm(double eps) implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        return List.of(x.mul(x.square().meanKeep(-1).add(eps).rsqrt()).mul(in.get(1)));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("rms norm", in, "x", "weight");
        Operands.requireRank("rms norm", "x", in.get(0), 1, "(…, C)");
        Operands.requireShape("rms norm of " + in.get(0), "weight", in.get(1), Shape.of(in.get(0).shape().dim(-1)));
        return List.of(in.get(0));
    }
}
