package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;

/** Cumulative sums and the largest elements. */
final class OrderCode {

    private OrderCode() {}

    /** One thread to a line along the axis. */
    static Kernel cumulativeSum(String describe, View in, View out, int axis) {
        Shape lines = out.shape().with(axis, 1);
        return Kernel.elements(describe, lines, (code, line) -> {
            Value sum = code.constant(out.place().dtype(), 0);
            code.loop(out.shape().dim(axis), n -> {
                int[] at = line.clone();
                at[axis] = n;
                code.assign(sum, code.add(sum, in.load(code, at)));
                out.store(code, at, sum);
            });
        });
    }

    /**
     * One thread to an element: it counts those that go before it, which is its rank, and writes itself there if that
     * is below k.
     */
    static Kernel topK(String describe, View in, View out, Op.TopK op) {
        Shape shape = in.shape();
        int n = shape.dim(-1);
        return Kernel.elements(describe, shape, (code, at) -> {
            int last = at.length - 1;
            Value x = in.load(code, at);
            Value rank = code.ofInt(code.intVariable(() -> code.push(0)));
            code.loop(n, j -> {
                int[] other = at.clone();
                other[last] = j;
                Value y = in.load(code, other);
                code.assign(rank, code.add(rank, code.call("before", DType.I32,
                        y, code.ofInt(j), x, code.ofInt(at[last]))));
            });
            code.ifLess(() -> code.push(rank), () -> code.push(op.k()), () -> {
                int[] to = at.clone();
                to[last] = rank.slot();
                out.store(code, to, code.ofInt(at[last]));
            });
        });
    }
}
