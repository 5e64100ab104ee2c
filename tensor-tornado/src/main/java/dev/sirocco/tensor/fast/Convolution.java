package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Convolution, cross-correlation to be exact, over any number of spatial axes: x (N, C, spatial…),
 * w (O, C / groups, kernel…) → (N, O, places…). The lists have one number for each spatial axis.
 *
 * @param stride steps between places
 * @param padLow zeros in front
 * @param padHigh zeros behind
 * @param dilation steps between a kernel's elements
 * @param groups output channel o sees only the channels of x in its group; must divide C and O
 */
public record Convolution(List<Integer> stride, List<Integer> padLow, List<Integer> padHigh, List<Integer> dilation,
        int groups) implements Composite {

    public Convolution {
        stride = List.copyOf(stride);
        padLow = List.copyOf(padLow);
        padHigh = List.copyOf(padHigh);
        dilation = List.copyOf(dilation);
    }

    /** The same numbers along each of the spatial axes. */
    public static Convolution same(int axes, int stride, int pad, int dilation, int groups) {
        List<Integer> pads = Collections.nCopies(axes, pad);
        return new Convolution(Collections.nCopies(axes, stride), pads, pads, Collections.nCopies(axes, dilation),
                groups);
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        Tensor w = in.get(1);
        Windows windows = windows(w.shape());
        Shape places = windows.places("convolution", x.shape());
        int axes = windows.axes();
        int taps = (int) w.shape().slice(1, w.rank()).numel();                          // C / groups × kernel
        // (N, C, places…, kernel…) → (N, C, kernel…, places…) → (N, groups, C / groups × kernel, places)
        int[] kernelFirst = IntStream.range(0, 2 + 2 * axes)
                .map(i -> i < 2 ? i : i < 2 + axes ? i + axes : i - axes).toArray();
        Tensor columns = windows.over(x, 0).permute(kernelFirst)
                .reshape(x.dim(0), groups, taps, (int) places.numel());
        Tensor rows = w.reshape(1, groups, w.dim(0) / groups, taps);
        return List.of(rows.matmul(columns).reshape(Shape.of(x.dim(0), w.dim(0)).concat(places)));
    }

    private Windows windows(Shape w) {
        List<Integer> kernel = IntStream.range(2, w.rank()).mapToObj(w::dim).toList();
        return new Windows(kernel, stride, padLow, padHigh, dilation);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("convolution", in, "x", "weight");
        Operands.requireRank("convolution", "x", in.get(0), 3, "(N, C, spatial…)");
        Operands.requireRank("convolution", "weight", in.get(1), 3, "(O, C / groups, kernel…)");
        Shape x = in.get(0).shape();
        Shape w = in.get(1).shape();
        if (groups < 1 || w.dim(0) % groups != 0) {
            throw new ShapeError("convolution: %d output channels of weight %s in %d groups"
                    .formatted(w.dim(0), w, groups));
        }
        if (x.dim(1) != w.dim(1) * groups) {
            throw new ShapeError("convolution: input %s has %d channels, weight %s%s expects %d".formatted(
                    x, x.dim(1), w, groups == 1 ? "" : " in " + groups + " groups", w.dim(1) * groups));
        }
        return List.of(in.get(0).with(Shape.of(x.dim(0), w.dim(0)).concat(windows(w).places("convolution", x))));
    }
}
