package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The sizes of a convolution x (N, C, in…) ⋆ w (O, C / groups, kernel…) → y (N, O, out…); the lists have one number for
 * each spatial axis. Along one of them, output p sees the inputs p · stride - pad + k · dilation for the taps k.
 */
record ConvolutionSizes(List<Integer> in, List<Integer> out, List<Integer> kernel, List<Integer> stride,
                        List<Integer> pad, List<Integer> dilation, int groups) {

    static ConvolutionSizes of(Convolution op, Shape x, Shape w, Shape y) {
        return new ConvolutionSizes(spatial(x), spatial(y), spatial(w), op.stride(), op.padLow(), op.dilation(),
                op.groups());
    }

    /** The convolution whose adjoint this is: it leads from y to x. */
    static ConvolutionSizes of(TransposedConvolution op, Shape x, Shape w, Shape y) {
        return new ConvolutionSizes(spatial(y), spatial(x), spatial(w), op.stride(), op.pad(), op.dilation(),
                op.groups());
    }

    private static List<Integer> spatial(Shape shape) {
        return IntStream.range(2, shape.rank()).mapToObj(shape::dim).toList();
    }

    int axes() {
        return in.size();
    }

    int stride(int axis) {
        return stride.get(axis);
    }

    int dilation(int axis) {
        return dilation.get(axis);
    }

    int kernel(int axis) {
        return kernel.get(axis);
    }

    int in(int axis) {
        return in.get(axis);
    }

    int out(int axis) {
        return out.get(axis);
    }

    int pad(int axis) {
        return pad.get(axis);
    }

    /** Steps of the stride from the first tap to the last. */
    int reach(int axis) {
        return (kernel(axis) - 1) * dilation(axis) / stride(axis);
    }

    /** The stride's step, counted from the first output, in which the first input lies; and that of the last one. */
    int firstStep(int axis) {
        return pad(axis) / stride(axis);
    }

    int lastStep(int axis) {
        return (in(axis) - 1 + pad(axis)) / stride(axis);
    }
}
