package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.TransposedConvolution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * {@link Convolution}, {@link TransposedConvolution}, which is its adjoint, and their gradients: with y = x ⋆ w, x's
 * gradient is the adjoint of dy, and w's the correlation of x with dy, so both ops are made of the same three kernels.
 * They read {@link Planes}, which are copies where there is padding or a stride.
 *
 * @param isGpu whether threads read memory together and share some
 */
record ConvolutionCode(ConvolutionSizes sizes, boolean isGpu, IntFunction<Place> scratch) {

    static ConvolutionCode of(Convolution op, View x, View w, View y, boolean isGpu, IntFunction<Place> scratch) {
        return new ConvolutionCode(ConvolutionSizes.of(op, x.shape(), w.shape(), y.shape()), isGpu, scratch);
    }

    static ConvolutionCode of(TransposedConvolution op, View x, View w, View y, boolean isGpu,
            IntFunction<Place> scratch) {
        return new ConvolutionCode(ConvolutionSizes.of(op, x.shape(), w.shape(), y.shape()), isGpu, scratch);
    }

    /** y = x ⋆ w. */
    List<Kernel> correlate(String describe, View x, View w, View y, ChainCode epilogue) {
        List<Kernel> kernels = new ArrayList<>();
        Planes planes = windows(describe, x, windowSteps(), kernels);
        kernels.add(CorrelationCode.forward(describe, sizes, planes, w, y, isGpu, epilogue));
        return kernels;
    }

    /** The adjoint: x = y ⋆ᵀ w. */
    List<Kernel> spread(String describe, View y, View w, View x, ChainCode epilogue) {
        List<Kernel> kernels = new ArrayList<>();
        Planes planes = results(describe, y, margins(sizes), resultSteps(true), kernels);
        kernels.add(CorrelationCode.adjoint(describe, sizes, planes, w, x, isGpu, epilogue));
        return kernels;
    }

    /** Of the convolution; null where nobody reads a gradient. */
    List<Kernel> gradients(String describe, View x, View w, View dy, View dx, View dw) {
        if (dw == null) {
            return spread(describe, dy, w, dx, null);
        }
        List<Kernel> kernels = new ArrayList<>();
        int[] steps = commonSteps(dx != null);
        Planes results = results(describe, dy, dx == null ? new int[sizes.axes()] : margins(sizes),
                outermost(steps, resultSteps(dx != null)), kernels);
        if (dx != null) {
            kernels.add(CorrelationCode.adjoint(describe, sizes, results, w, dx, isGpu, null));
        }
        Planes windows = windows(describe, x, outermost(steps, windowSteps()), kernels);
        kernels.addAll(WeightGradientCode.kernels(describe, sizes, windows, results, dx != null, dw, isGpu, scratch));
        return kernels;
    }

    /** Of the transposed convolution, whose y is the convolution's x. */
    List<Kernel> gradientsOfTransposed(String describe, View x, View w, View dy, View dx, View dw) {
        if (dw == null) {
            return correlate(describe, dy, w, dx, null);
        }
        List<Kernel> kernels = new ArrayList<>();
        int[] steps = commonSteps(false);
        Planes windows = windows(describe, dy, outermost(steps, windowSteps()), kernels);
        if (dx != null) {
            kernels.add(CorrelationCode.forward(describe, sizes, windows, w, dx, isGpu, null));
        }
        Planes results = results(describe, x, new int[sizes.axes()], outermost(steps, resultSteps(false)), kernels);
        kernels.addAll(WeightGradientCode.kernels(describe, sizes, windows, results, false, dw, isGpu, scratch));
        return kernels;
    }

    private Planes windows(String describe, View x, int[] steps, List<Kernel> kernels) {
        int[] pads = sizes.pad().stream().mapToInt(p -> p).toArray();
        return Planes.of(describe + " (windows)", x, pads, steps, sizes.stride(), scratch, kernels);
    }

    private Planes results(String describe, View y, int[] low, int[] steps, List<Kernel> kernels) {
        return Planes.of(describe + " (results)", y, low, steps, Collections.nCopies(sizes.axes(), 1), scratch,
                kernels);
    }

    /** What windows reach over. */
    private int[] windowSteps() {
        return IntStream.range(0, sizes.axes()).map(a -> sizes.reach(a) + sizes.out(a)).toArray();
    }

    /** Results, with zeros around for taps that hang over the ends. */
    private int[] resultSteps(boolean hasMargins) {
        return IntStream.range(0, sizes.axes()).map(a -> hasMargins
                ? margins(sizes)[a] + Math.max(sizes.out(a), sizes.lastStep(a) + 1) : sizes.out(a)).toArray();
    }

    /** Zeros in front of results. */
    static int[] margins(ConvolutionSizes sizes) {
        return IntStream.range(0, sizes.axes()).map(a -> Math.max(0, sizes.reach(a) - sizes.firstStep(a))).toArray();
    }

    /** Windows and results in planes of the same lines keep step with each other over the ends of lines. */
    private int[] commonSteps(boolean hasMargins) {
        int[] results = resultSteps(hasMargins);
        int[] windows = windowSteps();
        return IntStream.range(0, sizes.axes()).map(a -> Math.max(results[a], windows[a])).toArray();
    }

    /** As many steps as are common, but along the outermost axis no more than needed. */
    private static int[] outermost(int[] common, int[] needed) {
        int[] steps = common.clone();
        steps[0] = needed[0];
        return steps;
    }

    /** How far from a window's first element the one is that a tap sees. */
    static int ofTap(KernelCode code, ConvolutionSizes sizes, Planes windows, int axis, int k) {
        int stride = sizes.stride(axis);
        int dilation = sizes.dilation(axis);
        if (stride == 1) {
            return code.intVariable(() -> code.pushIndex(0, new int[] {k},
                    new long[] {(long) dilation * windows.ofStep(axis)}));
        }
        int place = code.intVariable(() -> code.pushIndex(0, new int[] {k}, new long[] {dilation}));
        int[] at = code.coordinates(place, new int[] {Integer.MAX_VALUE, stride});
        return code.intVariable(() -> code.pushIndex(0, at, new long[] {windows.ofStep(axis), windows.ofPhase(axis)}));
    }
}
