package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batch normalisation in training (Ioffe and Szegedy 2015, alg. 1): x (N, C, …), weight (C), bias (C) → y (N, C, …),
 * and the batch's mean (C) and biased variance (C), from which a layer keeps its running statistics.
 *
 * @param eps added to the variance
 */
public record BatchNorm(double eps) implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        int[] others = IntStream.range(0, x.rank()).filter(axis -> axis != 1).toArray();
        Tensor mean = x.meanKeep(others);                                               // (1, C, 1, …)
        Tensor centred = x.sub(mean);
        Tensor variance = centred.square().meanKeep(others);
        Tensor y = centred.mul(variance.add(eps).rsqrt())
                .mul(GroupNorm.perChannel(in.get(1), x)).add(GroupNorm.perChannel(in.get(2), x));
        return List.of(y, mean.squeeze(others), variance.squeeze(others));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("batch norm", in, "x", "weight", "bias");
        Operands.requireRank("batch norm", "x", in.get(0), 2, "(N, C, …)");
        TensorType channels = in.get(0).with(Shape.of(in.get(0).shape().dim(1)));
        Operands.requireShape("batch norm of " + in.get(0), "weight", in.get(1), channels.shape());
        Operands.requireShape("batch norm of " + in.get(0), "bias", in.get(2), channels.shape());
        return List.of(in.get(0), channels, channels);
    }
}
