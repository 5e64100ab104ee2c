package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * A convolution along time, channel by channel, where the channels of a time lie side by side: x (B, T, C),
 * weight (K, C) → y (B, T, C), where y[t] = Σ weight[j] · x[t + j · dilation - padding] and x is 0 outside.
 *
 * @param padding zeros in front; behind there are as many as keep the length
 * @param dilation steps between a kernel's elements
 */
public record TimeConvolution(int padding, int dilation) implements Composite {

    /** That sees as far ahead as back; the kernel must be odd. */
    public static TimeConvolution centred(int kernel, int dilation) {
        return new TimeConvolution(kernel / 2 * dilation, dilation);
    }

    /** That sees nothing later. */
    public static TimeConvolution causal(int kernel) {
        return new TimeConvolution(kernel - 1, 1);
    }

    /** How far ahead of a time the elements are that it sees, one for each of the kernel's. */
    public int[] offsets(int kernel) {
        int[] offsets = new int[kernel];
        for (int j = 0; j < kernel; j++) {
            offsets[j] = j * dilation - padding;
        }
        return offsets;
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        Tensor w = in.get(1);
        int t = x.dim(1);
        int kernel = w.dim(0);
        Tensor padded = x.pad(1, padding, (kernel - 1) * dilation - padding, 0);              // (B, T + …, C)
        Tensor y = null;
        for (int j = 0; j < kernel; j++) {
            Tensor term = padded.slice(1, j * dilation, j * dilation + t).mul(w.slice(0, j, j + 1));
            y = y == null ? term : y.add(term);
        }
        return List.of(y);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("time convolution", in, "x", "weight");
        Shape x = in.get(0).shape();
        Shape w = in.get(1).shape();
        if (x.rank() != 3 || w.rank() != 2 || w.dim(0) < 1 || w.dim(1) != x.dim(2)) {
            throw new ShapeError(
                    "time convolution: x %s must be (batch, time, channels) and weight %s (kernel, channels)"
                    .formatted(x, w));
        }
        if (dilation < 1 || padding < 0 || padding > (w.dim(0) - 1) * dilation) {
            throw new ShapeError("time convolution: a padding of %d in front of a kernel that reaches over %d"
                    .formatted(padding, (w.dim(0) - 1) * dilation + 1));
        }
        return List.of(in.get(0));
    }
}
