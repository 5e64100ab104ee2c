package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The elements of a tensor along its last axis, at one place of the other axes.
 *
 * @param start the variable that holds the index of the first
 */
record Line(KernelCode code, View view, int start) {

    /** @param at the coordinates along all axes but the last */
    static Line of(KernelCode code, View view, int... at) {
        return new Line(code, view, code.intVariable(() -> code.pushIndex(view.place().offset(), at, view.strides())));
    }

    /** The shape of the tensor's lines: all axes but the last. */
    static Shape lines(View view) {
        return view.shape().slice(0, view.shape().rank() - 1);
    }

    Value load(int i) {
        return code.load(view.place(), () -> pushIndex(i));
    }

    void store(int i, Value value) {
        code.store(view.place(), () -> pushIndex(i), value);
    }

    private void pushIndex(int i) {
        code.pushInt(start);
        code.pushInt(i);
        code.push(Math.toIntExact(view.strides()[view.strides().length - 1]));
        code.multiply();
        code.add();
    }

    /** The sum of n terms. */
    static Value sum(KernelCode code, int n, IntFunction<Value> term) {
        Value sum = code.constant(DType.F32, 0);
        code.loop(n, i -> code.assign(sum, code.add(sum, term.apply(i))));
        return sum;
    }

    /** The scalar products of this line with others of the same length; each of its elements is read once. */
    Value[] dots(List<Line> others) {
        Value[] sums = new Value[others.size()];
        Arrays.setAll(sums, _ -> code.constant(DType.F32, 0));
        code.loop(view.shape().dim(-1), i -> {
            Value x = load(i);
            for (int o = 0; o < sums.length; o++) {
                code.assign(sums[o], code.add(sums[o], code.multiply(x, others.get(o).load(i))));
            }
        });
        return sums;
    }
}
