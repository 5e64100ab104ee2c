package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * Layer normalisation (Ba et al. 2016) over the last axis: x (…, C), weight (C), bias (C) → (…, C).
 *
 * @param eps added to the variance
 */
public record LayerNorm(double eps) implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        return List.of(normalise(x, eps, -1).mul(in.get(1)).add(in.get(2)));
    }

    /** Shifted and scaled to mean 0 and variance 1 over the axes given. */
    static Tensor normalise(Tensor x, double eps, int... axes) {
        Tensor centred = x.sub(x.meanKeep(axes));
        Tensor variance = centred.square().meanKeep(axes);
        return centred.mul(variance.add(eps).rsqrt());
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("layer norm", in, "x", "weight", "bias");
        Operands.requireRank("layer norm", "x", in.get(0), 1, "(…, C)");
        Shape channels = Shape.of(in.get(0).shape().dim(-1));
        Operands.requireShape("layer norm of " + in.get(0), "weight", in.get(1), channels);
        Operands.requireShape("layer norm of " + in.get(0), "bias", in.get(2), channels);
        return List.of(in.get(0));
    }
}
