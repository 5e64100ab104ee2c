package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.ir.DType;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * {@link MaxPool} and {@link AveragePool} and their gradients, one thread to a place, or to an element of x, which
 * gathers from the places whose windows it is in. The lists have one number for each spatial axis.
 */
record PoolCode(List<Integer> kernel, List<Integer> stride, List<Integer> pad, List<Integer> dilation, boolean isMax) {

    static PoolCode of(MaxPool op) {
        return new PoolCode(op.kernel(), op.stride(), op.pad(), op.dilation(), true);
    }

    static PoolCode of(AveragePool op) {
        return new PoolCode(op.kernel(), op.stride(), op.pad(), Collections.nCopies(op.kernel().size(), 1), false);
    }

    Kernel forward(String describe, View x, View y) {
        return Kernel.elements(describe, y.shape(), (code, at) -> {
            Value result = code.constant(DType.F32, isMax ? Double.NEGATIVE_INFINITY : 0);
            window(code, x, y, at, 0, at, from -> {
                Value element = x.load(code, from);
                code.assign(result, isMax ? code.call("max", DType.F32, result, element) : code.add(result, element));
            });
            y.store(code, at, isMax ? result : code.multiply(result, code.constant(DType.F32, 1.0 / size())));
        });
    }

    /**
     * With a mean, every element of a window has the same share of its dy; with a maximum, those that are equal to it,
     * whose shares a first kernel finds.
     *
     * @param in x, y, dy
     */
    List<Kernel> backward(String describe, List<View> in, View dx, IntFunction<Place> scratch) {
        View x = in.get(0);
        View y = in.get(1);
        View dy = in.get(2);
        if (!isMax) {
            return List.of(Kernel.elements(describe, dx.shape(), (code, at) -> {
                Value sum = code.constant(DType.F32, 0);
                places(code, x, y, at, 0, at, place -> code.assign(sum, code.add(sum, dy.load(code, place))));
                dx.store(code, at, code.multiply(sum, code.constant(DType.F32, 1.0 / size())));
            }));
        }
        View shares = View.contiguous(scratch.apply(Math.toIntExact(y.shape().numel())), y.shape());
        return List.of(
                Kernel.elements(describe + " (shares)", y.shape(), (code, at) -> {
                    Value largest = y.load(code, at);
                    Value count = code.constant(DType.F32, 0);
                    window(code, x, y, at, 0, at, from -> code.assign(count,
                            code.add(count, code.call("equal", DType.F32, x.load(code, from), largest))));
                    shares.store(code, at, code.divide(dy.load(code, at), count));
                }),
                Kernel.elements(describe, dx.shape(), (code, at) -> {
                    Value element = x.load(code, at);
                    Value sum = code.constant(DType.F32, 0);
                    places(code, x, y, at, 0, at, place -> {
                        Value isLargest = code.call("equal", DType.F32, element, y.load(code, place));
                        code.assign(sum, code.add(sum, code.multiply(isLargest, shares.load(code, place))));
                    });
                    dx.store(code, at, sum);
                }));
    }

    private int size() {
        return kernel.stream().reduce(1, (a, b) -> a * b);
    }

    /** Goes over what lies inside of x of the window of a place. */
    private void window(KernelCode code, View x, View y, int[] place, int axis, int[] from, Consumer<int[]> body) {
        if (axis == kernel.size()) {
            body.accept(from);
            return;
        }
        int step = stride.get(axis);
        int apart = dilation.get(axis);
        int before = pad.get(axis);
        int last = (y.shape().dim(2 + axis) - 1) * step - before + (kernel.get(axis) - 1) * apart;
        code.loop(kernel.get(axis), k -> {
            int[] next = from.clone();
            next[2 + axis] = code.intVariable(() ->
                    code.pushIndex(-before, new int[] {place[2 + axis], k}, new long[] {step, apart}));
            code.ifInside(next[2 + axis], -before, last, x.shape().dim(2 + axis),
                    () -> window(code, x, y, place, axis + 1, next, body));
        });
    }

    /** Goes over the places whose windows have an element of x. */
    private void places(KernelCode code, View x, View y, int[] element, int axis, int[] place, Consumer<int[]> body) {
        if (axis == kernel.size()) {
            body.accept(place);
            return;
        }
        int step = stride.get(axis);
        int apart = dilation.get(axis);
        int before = pad.get(axis);
        int last = (x.shape().dim(2 + axis) - 1 + before) / step;
        code.loop(kernel.get(axis), k -> {
            int distance = code.intVariable(() -> code.pushIndex(before, new int[] {element[2 + axis], k},
                    new long[] {1, -apart}));
            Runnable hit = () -> {
                int[] next = place.clone();
                next[2 + axis] = code.intVariable(() -> code.pushQuotient(distance, step));
                code.ifInside(next[2 + axis], 0, last, y.shape().dim(2 + axis),
                        () -> places(code, x, y, element, axis + 1, next, body));
            };
            Runnable onPlace = step == 1 ? hit : () -> code.ifEqual(() -> {
                code.pushInt(distance);
                code.push(step);
                code.remainder();
            }, () -> code.push(0), hit);
            // Only whether it is negative is asked here; the other end is asked of the place.
            code.ifInside(distance, before - (kernel.get(axis) - 1) * apart, 0, 1, onPlace);
        });
    }
}
