package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The mean of each window: x (N, C, spatial…) → (N, C, places…). The lists have one number for each spatial axis.
 *
 * @param kernel the window's size
 * @param stride steps between windows
 * @param pad zeros, which count, at either end
 */
public record AveragePool(List<Integer> kernel, List<Integer> stride, List<Integer> pad) implements Composite {

    public AveragePool {
        kernel = List.copyOf(kernel);
        stride = List.copyOf(stride);
        pad = List.copyOf(pad);
    }

    /** The same numbers along each of the spatial axes. */
    public static AveragePool same(int axes, int kernel, int stride, int pad) {
        return new AveragePool(Collections.nCopies(axes, kernel), Collections.nCopies(axes, stride),
                Collections.nCopies(axes, pad));
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.getFirst();
        Tensor windows = windows().over(x, 0);                                          // (N, C, places…, kernel…)
        return List.of(windows.mean(IntStream.range(x.rank(), windows.rank()).toArray()));
    }

    private Windows windows() {
        return new Windows(kernel, stride, pad, pad, Collections.nCopies(kernel.size(), 1));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("average pool", in, "x");
        Shape x = in.getFirst().shape();
        Shape places = windows().places("average pool", x);
        return List.of(in.getFirst().with(x.slice(0, 2).concat(places)));
    }
}
