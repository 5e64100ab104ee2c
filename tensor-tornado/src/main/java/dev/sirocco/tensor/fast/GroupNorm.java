package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Group normalisation (Wu and He 2018): x (N, C, …), weight (C), bias (C) → (N, C, …), the channels of a group and all
 * places being normalised together.
 *
 * @param groups how many groups of channels; must divide C
 * @param eps added to the variance
 */
public record GroupNorm(int groups, double eps) implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        Tensor grouped = x.reshape(x.dim(0), groups, (int) (x.shape().slice(1, x.rank()).numel() / groups));
        Tensor y = LayerNorm.normalise(grouped, eps, -1).reshape(x.shape());
        return List.of(y.mul(perChannel(in.get(1), x)).add(perChannel(in.get(2), x)));
    }

    /** (C) as (C, 1, …), to broadcast with x (N, C, …). */
    static Tensor perChannel(Tensor parameter, Tensor x) {
        int[] d = new int[x.rank() - 1];
        Arrays.fill(d, 1);
        d[0] = x.dim(1);
        return parameter.reshape(Shape.of(d));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("group norm", in, "x", "weight", "bias");
        Operands.requireRank("group norm", "x", in.get(0), 2, "(N, C, …)");
        int channels = in.get(0).shape().dim(1);
        if (groups < 1 || channels % groups != 0) {
            throw new ShapeError("group norm: %d channels of %s in %d equal groups"
                    .formatted(channels, in.get(0), groups));
        }
        Operands.requireShape("group norm of " + in.get(0), "weight", in.get(1), Shape.of(channels));
        Operands.requireShape("group norm of " + in.get(0), "bias", in.get(2), Shape.of(channels));
        return List.of(in.get(0));
    }
}
