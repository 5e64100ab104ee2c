package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/** Softmax and its logarithm along the last axis, and their gradients, one thread to a row. */
enum SoftmaxCode {
    SOFTMAX {
        @Override
        Value element(KernelCode code, Value shifted, Value total) {
            return code.divide(code.call("exp", DType.F32, shifted), total);
        }

        /** dx = y (dy - Σ dy y). */
        @Override
        void backward(KernelCode code, Line y, Line dy, Line dx, int n) {
            Value along = Line.sum(code, n, c -> code.multiply(dy.load(c), y.load(c)));
            code.loop(n, c -> dx.store(c, code.multiply(y.load(c), code.subtract(dy.load(c), along))));
        }
    },

    LOG_SOFTMAX {
        @Override
        Value element(KernelCode code, Value shifted, Value total) {
            return code.subtract(shifted, code.call("log", DType.F32, total));
        }

        /** dx = dy - exp(y) Σ dy. */
        @Override
        void backward(KernelCode code, Line y, Line dy, Line dx, int n) {
            Value sum = Line.sum(code, n, dy::load);
            code.loop(n, c ->
                    dx.store(c, code.subtract(dy.load(c), code.multiply(code.call("exp", DType.F32, y.load(c)), sum))));
        }
    };

    /**
     * One element of a row.
     *
     * @param shifted x less the row's maximum
     * @param total Σ exp(shifted)
     */
    abstract Value element(KernelCode code, Value shifted, Value total);

    abstract void backward(KernelCode code, Line y, Line dy, Line dx, int n);

    Kernel forward(String describe, View x, View out) {
        int n = x.shape().dim(-1);
        Shape rows = Line.lines(x);
        return Kernel.elements(describe, rows, (code, at) -> {
            Line row = Line.of(code, x, at);
            Line to = Line.of(code, out, at);
            Value top = top(code, row, n);
            Value total = expSum(code, row, top, n);
            code.loop(n, c -> to.store(c, element(code, code.subtract(row.load(c), top), total)));
        });
    }

    /** @param in x, y, dy */
    Kernel backward(String describe, List<View> in, View out) {
        Shape rows = Line.lines(out);
        return Kernel.elements(describe, rows, (code, at) -> {
            backward(code, Line.of(code, in.get(1), at), Line.of(code, in.get(2), at), Line.of(code, out, at),
                    out.shape().dim(-1));
        });
    }

    /** The largest element of a row. */
    static Value top(KernelCode code, Line row, int n) {
        Value top = code.constant(DType.F32, Double.NEGATIVE_INFINITY);
        code.loop(n, c -> code.assign(top, code.call("max", DType.F32, top, row.load(c))));
        return top;
    }

    /** Σ exp(x - top). */
    static Value expSum(KernelCode code, Line row, Value top, int n) {
        return Line.sum(code, n, c -> code.call("exp", DType.F32, code.subtract(row.load(c), top)));
    }
}
