package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The largest element of each window: x (N, C, spatial…) → (N, C, places…). Equal maxima share the gradient. The lists
 * have one number for each spatial axis.
 *
 * @param kernel the window's size
 * @param stride steps between windows
 * @param pad elements, never the largest, at either end
 * @param dilation steps between a window's elements
 */
public record MaxPool(List<Integer> kernel, List<Integer> stride, List<Integer> pad, List<Integer> dilation)
        implements Composite {

    public MaxPool {
        kernel = List.copyOf(kernel);
        stride = List.copyOf(stride);
        pad = List.copyOf(pad);
        dilation = List.copyOf(dilation);
    }

    /** The same numbers along each of the spatial axes. */
    public static MaxPool same(int axes, int kernel, int stride, int pad, int dilation) {
        return new MaxPool(Collections.nCopies(axes, kernel), Collections.nCopies(axes, stride),
                Collections.nCopies(axes, pad), Collections.nCopies(axes, dilation));
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.getFirst();
        Tensor windows = windows().over(x, Double.NEGATIVE_INFINITY);                   // (N, C, places…, kernel…)
        return List.of(windows.max(IntStream.range(x.rank(), windows.rank()).toArray()));
    }

    private Windows windows() {
        return new Windows(kernel, stride, pad, pad, dilation);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("max pool", in, "x");
        Shape x = in.getFirst().shape();
        Shape places = windows().places("max pool", x);
        return List.of(in.getFirst().with(x.slice(0, 2).concat(places)));
    }
}
