package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * A short convolution along time, channel by channel, that sees no later element: x (B, T, C), weight (K, C) →
 * y (B, T, C), where y[t] = Σ weight[j] · x[t - j] and x is 0 before its beginning.
 */
public record CausalConvolution() implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        Tensor w = in.get(1);
        int t = x.dim(1);
        int reach = w.dim(0) - 1;
        Tensor padded = x.pad(1, reach, 0, 0);                               // (B, K - 1 + T, C)
        Tensor y = x.mul(w.slice(0, 0, 1));
        for (int j = 1; j <= reach; j++) {
            y = y.add(padded.slice(1, reach - j, reach - j + t).mul(w.slice(0, j, j + 1)));
        }
        return List.of(y);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("causal convolution", in, "x", "weight");
        Shape x = in.get(0).shape();
        Shape w = in.get(1).shape();
        if (x.rank() != 3 || w.rank() != 2 || w.dim(0) < 1 || w.dim(1) != x.dim(2)) {
            throw new ShapeError(
                    "causal convolution: x %s must be (batch, time, channels) and weight %s (kernel, channels)"
                    .formatted(x, w));
        }
        return List.of(in.get(0));
    }
}
