package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Shape;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The sizes of a convolution x (N, C, in) ⋆ w (O, C / groups, kernel) → y (N, O, out) with three spatial axes, the
 * missing ones being of size 1. Zeros behind are implied by {@code out}.
 */
record ConvolutionShape(int n, int channels, int outputs, int groups, Spatial in, Spatial out, Spatial kernel,
                        Spatial stride, Spatial pad, Spatial dilation) {

    /** A number for each spatial axis, outermost first. */
    record Spatial(int d, int h, int w) {

        static Spatial of(List<Integer> numbers, int missing) {
            int[] a = {missing, missing, missing};
            for (int i = 0; i < numbers.size(); i++) {
                a[3 - numbers.size() + i] = numbers.get(i);
            }
            return new Spatial(a[0], a[1], a[2]);
        }

        /** The axes of a tensor (…, spatial…) from the given one on. */
        static Spatial of(Shape shape, int from) {
            return of(IntStream.range(from, shape.rank()).mapToObj(shape::dim).toList(), 1);
        }

        int volume() {
            return d * h * w;
        }

        int get(int axis) {
            return axis == 0 ? d : axis == 1 ? h : w;
        }

        boolean all(int value) {
            return d == value && h == value && w == value;
        }
    }

    ConvolutionShape {
        if (Math.max((long) n * in.volume(), (long) n * out.volume()) * Math.max(channels, outputs)
                > Integer.MAX_VALUE * 4L) {
            throw new IllegalArgumentException("a convolution of more than 8 G elements");
        }
    }

    static ConvolutionShape of(Convolution op, Shape x, Shape w, Shape y) {
        return new ConvolutionShape(x.dim(0), x.dim(1), w.dim(0), op.groups(), Spatial.of(x, 2), Spatial.of(y, 2),
                Spatial.of(w, 2), Spatial.of(op.stride(), 1), Spatial.of(op.padLow(), 0), Spatial.of(op.dilation(), 1));
    }

    /** The convolution whose adjoint this is: it leads from y to x. */
    static ConvolutionShape of(TransposedConvolution op, Shape x, Shape w, Shape y) {
        return new ConvolutionShape(x.dim(0), y.dim(1), x.dim(1), op.groups(), Spatial.of(y, 2), Spatial.of(x, 2),
                Spatial.of(w, 2), Spatial.of(op.stride(), 1), Spatial.of(op.pad(), 0), Spatial.of(op.dilation(), 1));
    }

    /** The depthwise convolution that visits the windows of a pool. */
    static ConvolutionShape of(AveragePool op, Shape x, Shape y) {
        return new ConvolutionShape(x.dim(0), x.dim(1), x.dim(1), x.dim(1), Spatial.of(x, 2), Spatial.of(y, 2),
                Spatial.of(op.kernel(), 1), Spatial.of(op.stride(), 1), Spatial.of(op.pad(), 0),
                Spatial.of(Collections.nCopies(op.kernel().size(), 1), 1));
    }

    /** The depthwise convolution that visits the windows of a pool. */
    static ConvolutionShape of(MaxPool op, Shape x, Shape y) {
        return new ConvolutionShape(x.dim(0), x.dim(1), x.dim(1), x.dim(1), Spatial.of(x, 2), Spatial.of(y, 2),
                Spatial.of(op.kernel(), 1), Spatial.of(op.stride(), 1), Spatial.of(op.pad(), 0),
                Spatial.of(op.dilation(), 1));
    }

    /** Channels of x that an output sees. */
    int groupChannels() {
        return channels / groups;
    }

    int groupOutputs() {
        return outputs / groups;
    }

    /** Elements of the kernel for one pair of channels. */
    int taps() {
        return kernel.volume();
    }

    boolean isDepthwise() {
        return groups == channels && groups == outputs;
    }

    /** Multiplications of the direct method, those with zeros around x included. */
    double multiplications() {
        return (double) n * outputs * out.volume() * groupChannels() * taps();
    }

    String describe() {
        return "(%d, %d, %s) ⋆ (%d, %d, %s)%s".formatted(n, channels, text(in), outputs, groupChannels(), text(kernel),
                stride.all(1) ? "" : " / " + text(stride));
    }

    private static String text(Spatial a) {
        return a.d == 1 ? a.h == 1 ? "" + a.w : a.h + "×" + a.w : a.d + "×" + a.h + "×" + a.w;
    }
}
