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
 * The adjoint of a {@link Convolution}, which up-samples if strided: x (N, C, spatial…), w (C, O / groups, kernel…) →
 * (N, O, …) of size (spatial - 1) · stride - 2 · pad + (kernel - 1) · dilation + 1 + outputPad along each spatial axis.
 * The lists have one number for each of these.
 *
 * @param stride steps between the places at which the kernel is added
 * @param pad elements cut off at either end
 * @param outputPad elements more behind, less than the stride
 * @param dilation steps between a kernel's elements
 * @param groups output channel o sees only the channels of x in its group; must divide C
 */
public record TransposedConvolution(List<Integer> stride, List<Integer> pad, List<Integer> outputPad,
        List<Integer> dilation, int groups) implements Composite {

    public TransposedConvolution {
        stride = List.copyOf(stride);
        pad = List.copyOf(pad);
        outputPad = List.copyOf(outputPad);
        dilation = List.copyOf(dilation);
    }

    /** The same numbers along each of the spatial axes. */
    public static TransposedConvolution same(int axes, int stride, int pad, int outputPad, int dilation, int groups) {
        return new TransposedConvolution(Collections.nCopies(axes, stride), Collections.nCopies(axes, pad),
                Collections.nCopies(axes, outputPad), Collections.nCopies(axes, dilation), groups);
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        Tensor w = in.get(1);
        int axes = stride.size();
        int inputs = x.dim(1) / groups;
        Shape spatial = x.shape().slice(2, x.rank());
        Shape kernel = w.shape().slice(2, w.rank());
        int taps = (int) w.shape().slice(1, w.rank()).numel();                          // O / groups × kernel

        Tensor columns = w.reshape(1, groups, inputs, taps).transpose()
                .matmul(x.reshape(x.dim(0), groups, inputs, (int) spatial.numel()));    // (N, groups, taps, places)
        // (N, O, kernel…, places…) → (N, O, places…, kernel…), as windows to be added where they overlap
        int[] kernelLast = IntStream.range(0, 2 + 2 * axes)
                .map(i -> i < 2 ? i : i < 2 + axes ? i + axes : i - axes).toArray();
        Tensor y = columns.reshape(Shape.of(x.dim(0), w.dim(1) * groups).concat(kernel).concat(spatial))
                .permute(kernelLast);
        for (int i = axes - 1; i >= 0; i--) {
            int length = length(i, spatial, kernel);
            y = y.fold(2 + i, length, stride.get(i), dilation.get(i)).slice(2 + i, pad.get(i), length - pad.get(i));
        }
        return List.of(y);
    }

    /** The size of a spatial axis before {@code pad} is cut off. */
    private int length(int i, Shape spatial, Shape kernel) {
        return (spatial.dim(i) - 1) * stride.get(i) + (kernel.dim(i) - 1) * dilation.get(i) + 1 + outputPad.get(i);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        String op = "transposed convolution";
        Operands.requireF32(op, in, "x", "weight");
        Shape x = in.get(0).shape();
        Shape w = in.get(1).shape();
        int axes = stride.size();
        for (List<Integer> numbers : List.of(pad, outputPad, dilation)) {
            if (axes < 1 || numbers.size() != axes || x.rank() != 2 + axes || w.rank() != 2 + axes) {
                throw new ShapeError("%s: x %s and weight %s must have as many spatial axes as %s has numbers"
                        .formatted(op, x, w, this));
            }
        }
        if (x.dim(1) != w.dim(0)) {
            throw new ShapeError("%s: input %s has %d channels, weight %s expects %d"
                    .formatted(op, x, x.dim(1), w, w.dim(0)));
        }
        if (groups < 1 || x.dim(1) % groups != 0) {
            throw new ShapeError("%s: %d input channels of %s in %d groups".formatted(op, x.dim(1), x, groups));
        }
        Shape y = Shape.of(x.dim(0), w.dim(1) * groups);
        for (int i = 0; i < axes; i++) {
            if (stride.get(i) < 1 || dilation.get(i) < 1 || pad.get(i) < 0 || outputPad.get(i) < 0
                    || outputPad.get(i) >= stride.get(i)) {
                throw new ShapeError(op + ": stride and dilation must be at least 1, padding at least 0, "
                        + "output padding less than the stride: " + this);
            }
            int size = length(i, x.slice(2, x.rank()), w.slice(2, w.rank())) - 2 * pad.get(i);
            if (size < 1) {
                throw new ShapeError("%s: nothing is left of axis %d of x %s when %d is cut off at either end"
                        .formatted(op, 2 + i, x, pad.get(i)));
            }
            y = y.concat(Shape.of(size));
        }
        return List.of(in.get(0).with(y));
    }
}
