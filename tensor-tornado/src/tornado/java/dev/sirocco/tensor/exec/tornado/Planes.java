package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A tensor (N, C, spatial…) as convolutions read it, with zeros around, and along each spatial axis first all elements
 * of one phase of the stride, then those of the next: (N, C, phase…, step…). So what a tap sees of neighbouring windows
 * lies side by side, for any stride, and over the ends of lines, too: a window moves on by one element whether it
 * stands inside a line or, seeing a bit of two lines, at the end, where nobody wants its result.
 */
record Planes(View view, int axes) {

    /**
     * @param low zeros in front
     * @param sizes steps of each spatial axis; what lies beyond is left out
     * @param kernels where a copy is added, if x does not lie so already
     */
    static Planes of(String describe, View x, int[] low, int[] sizes, List<Integer> strides, IntFunction<Place> scratch,
            List<Kernel> kernels) {
        int axes = sizes.length;
        if (isReady(x, low, sizes, strides)) {
            int[] dims = IntStream.concat(IntStream.of(x.shape().dim(0), x.shape().dim(1)),
                    IntStream.concat(IntStream.generate(() -> 1).limit(axes), IntStream.of(sizes))).toArray();
            long[] steps = new long[2 + 2 * axes];
            System.arraycopy(x.strides(), 0, steps, 0, 2);
            System.arraycopy(Shape.of(sizes).strides(), 0, steps, 2 + axes, axes);
            return new Planes(new View(x.place(), Shape.of(dims), steps), axes);
        }
        Shape shape = x.shape().slice(0, 2).concat(Shape.of(strides.stream().mapToInt(s -> s).toArray()))
                .concat(Shape.of(sizes));
        View out = View.contiguous(scratch.apply(Math.toIntExact(shape.numel())), shape);
        kernels.add(Kernel.elements(describe, shape.numel(), (code, i) -> {
            int[] at = code.coordinates(i, shape.dims());
            int[] from = Arrays.copyOf(at, 2 + axes);
            for (int a = 0; a < axes; a++) {
                int phase = at[2 + a];
                int step = at[2 + axes + a];
                int stride = strides.get(a);
                int before = low[a];
                from[2 + a] = code.intVariable(() -> code.pushIndex(-before, new int[] {step, phase},
                        new long[] {stride, 1}));
            }
            Value value = code.constant(DType.F32, 0);
            Runnable read = () -> code.assign(value, x.load(code, from));
            for (int a = 0; a < axes; a++) {
                Runnable inside = read;
                int axis = a;
                int last = sizes[a] * strides.get(a) - 1 - low[a];
                read = () -> code.ifInside(from[2 + axis], -low[axis], last, x.shape().dim(2 + axis), inside);
            }
            read.run();
            out.store(code, i, value);
        }));
        return new Planes(out, axes);
    }

    private static boolean isReady(View x, int[] low, int[] sizes, List<Integer> strides) {
        long step = 1;
        for (int a = sizes.length - 1; a >= 0; a--) {
            boolean isOne = x.shape().dim(2 + a) == 1;
            if (low[a] > 0 || strides.get(a) > 1 || sizes[a] != x.shape().dim(2 + a)
                    || !isOne && x.strides()[2 + a] != step) {
                return false;
            }
            step *= sizes[a];
        }
        return true;
    }

    /** Elements from one phase to the next. */
    int ofPhase(int axis) {
        return Math.toIntExact(view.strides()[2 + axis]);
    }

    /** Elements from one step to the next. */
    int ofStep(int axis) {
        return Math.toIntExact(view.strides()[2 + axes + axis]);
    }

    /** Elements from the first step to behind the last of so many along each axis. */
    int length(IntFunction<Integer> steps) {
        return 1 + IntStream.range(0, axes).map(a -> (steps.apply(a) - 1) * ofStep(a)).sum();
    }

    /** The steps along each axis of an element given by its distance from the first. */
    int[] steps(KernelCode code, int distance) {
        return code.coordinates(distance, IntStream.range(0, axes).map(this::stepsInLine).toArray());
    }

    /** Steps along an axis before those along the axis outside it begin again. */
    int stepsInLine(int axis) {
        return view.shape().dim(2 + axes + axis);
    }
}
