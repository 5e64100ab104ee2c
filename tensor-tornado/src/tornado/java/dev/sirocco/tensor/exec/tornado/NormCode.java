package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * {@link LayerNorm} and {@link RmsNorm} over the last axis and their gradients, one thread to a row.
 *
 * @param eps added to the variance, or the mean square
 * @param isCentred whether the mean is subtracted
 */
record NormCode(double eps, boolean isCentred) {

    /**
     * Rows from which on several threads share the gradient of an element of weight and bias, and rows for each of
     * them.
     */
    private static final int MANY = 1024;
    private static final int ROWS = 64;

    static NormCode of(LayerNorm norm) {
        return new NormCode(norm.eps(), true);
    }

    static NormCode of(RmsNorm norm) {
        return new NormCode(norm.eps(), false);
    }

    /** @param in x (…, C), weight (C), and a bias (C) where the mean is subtracted */
    Kernel forward(String describe, List<View> in, View out) {
        View x = in.getFirst();
        int n = x.shape().dim(-1);
        Shape rows = Line.lines(x);
        return Kernel.elements(describe, rows, (code, at) -> {
            Line row = Line.of(code, x, at);
            Line to = Line.of(code, out, at);
            Value mean = mean(code, row, n);
            Value scale = scale(code, row, mean, n);
            code.loop(n, c -> {
                Value y = code.multiply(code.multiply(centred(code, row, mean, c), scale),
                        in.get(1).load(code, new int[] {c}));
                to.store(c, isCentred ? code.add(y, in.get(2).load(code, new int[] {c})) : y);
            });
        });
    }

    /** Of a row, or null. */
    private Value mean(KernelCode code, Line row, int n) {
        return isCentred ? code.divide(Line.sum(code, n, row::load), code.constant(DType.F32, n)) : null;
    }

    /** One over the deviation. */
    private Value scale(KernelCode code, Line row, Value mean, int n) {
        Value squares = Line.sum(code, n, c -> {
            Value d = centred(code, row, mean, c);
            return code.multiply(d, d);
        });
        Value variance = code.divide(squares, code.constant(DType.F32, n));
        return code.call("rsqrt", DType.F32, code.add(variance, code.constant(DType.F32, eps)));
    }

    private Value centred(KernelCode code, Line row, Value mean, int c) {
        Value x = row.load(c);
        return isCentred ? code.subtract(x, mean) : x;
    }

    /**
     * With d = x - mean and g = dy · weight: dx = (g - mean(g) - d mean(g d) scale²) scale, dweight = Σ dy d scale and
     * dbias = Σ dy over the rows. The first kernel keeps mean and scale of each row for the second; where there are
     * many rows a third joins their parts.
     *
     * @param in x, weight, perhaps bias, y, dy
     * @param out dx, dweight, perhaps dbias; null where nobody reads it
     */
    List<Kernel> backward(String describe, List<View> in, List<View> out, IntFunction<Place> scratch) {
        View x = in.getFirst();
        View dy = in.getLast();
        View dWeight = out.get(1);
        View dBias = isCentred ? out.get(2) : null;
        int rows = Math.toIntExact(Line.lines(x).numel());
        View statistics = View.contiguous(scratch.apply(2 * rows), Shape.of(rows, 2));
        List<Kernel> kernels = new ArrayList<>();
        kernels.add(ofX(describe, x, in.get(1), dy, out.getFirst(), statistics));
        if (dWeight != null || dBias != null) {
            kernels.addAll(ofParameters(describe, x, dy, statistics, dWeight, dBias, scratch));
        }
        return kernels;
    }

    private Kernel ofX(String describe, View x, View weight, View dy, View dx, View statistics) {
        int n = x.shape().dim(-1);
        Shape rows = Line.lines(x);
        return Kernel.elements(describe, rows.numel(), (code, i) -> {
            int[] at = code.coordinates(i, rows.dims());
            Line row = Line.of(code, x, at);
            Value mean = mean(code, row, n);
            Value scale = scale(code, row, mean, n);
            Line kept = Line.of(code, statistics, i);
            if (isCentred) {
                kept.store(code.intVariable(() -> code.push(0)), mean);
            }
            kept.store(code.intVariable(() -> code.push(1)), scale);
            if (dx == null) {
                return;
            }
            Line dRow = Line.of(code, dy, at);
            IntFunction<Value> g = c -> code.multiply(dRow.load(c), weight.load(code, new int[] {c}));
            Value count = code.constant(DType.F32, n);
            Value alongMean = isCentred ? code.divide(Line.sum(code, n, g), count) : null;
            Value products = Line.sum(code, n, c -> code.multiply(g.apply(c), centred(code, row, mean, c)));
            Value alongScale = code.multiply(code.multiply(code.divide(products, count), scale), scale);
            Line to = Line.of(code, dx, at);
            code.loop(n, c -> {
                Value along = code.multiply(centred(code, row, mean, c), alongScale);
                Value rest = code.subtract(g.apply(c), along);
                to.store(c, code.multiply(isCentred ? code.subtract(rest, alongMean) : rest, scale));
            });
        });
    }

    private List<Kernel> ofParameters(String describe, View x, View dy, View statistics, View dWeight, View dBias,
            IntFunction<Place> scratch) {
        int n = x.shape().dim(-1);
        Shape lines = Line.lines(x);
        int rows = Math.toIntExact(lines.numel());
        int parts = rows < MANY ? 1 : Math.ceilDiv(rows, ROWS);
        boolean isWhole = parts == 1;
        View ofWeight = dWeight == null || isWhole ? dWeight
                : View.contiguous(scratch.apply(parts * n), Shape.of(parts, n));
        View ofBias = dBias == null || isWhole ? dBias : View.contiguous(scratch.apply(parts * n), Shape.of(parts, n));
        Kernel sums = Kernel.elements(describe + " (parameters)", (long) parts * n, (code, i) -> {
            int[] at = code.coordinates(i, new int[] {parts, n});
            int first = code.multiply(code.ofInt(at[0]), code.constant(DType.I32, ROWS)).slot();
            Value end = isWhole ? code.constant(DType.I32, rows) : code.call("min", DType.I32,
                    code.add(code.ofInt(first), code.constant(DType.I32, ROWS)), code.constant(DType.I32, rows));
            Value weightSum = code.constant(DType.F32, 0);
            Value biasSum = code.constant(DType.F32, 0);
            code.loop(() -> code.pushInt(first), () -> code.push(end), 1, r -> {
                int[] row = code.coordinates(r, lines.dims());
                Value d = Line.of(code, dy, row).load(at[1]);
                code.assign(biasSum, code.add(biasSum, d));
                Line kept = Line.of(code, statistics, r);
                Value mean = isCentred ? kept.load(code.intVariable(() -> code.push(0))) : null;
                Value scale = kept.load(code.intVariable(() -> code.push(1)));
                Value normal = code.multiply(centred(code, Line.of(code, x, row), mean, at[1]), scale);
                code.assign(weightSum, code.add(weightSum, code.multiply(d, normal)));
            });
            store(code, ofWeight, i, weightSum);
            store(code, ofBias, i, biasSum);
        });
        return isWhole ? List.of(sums) : List.of(sums, Kernel.elements(describe + " (joined)", n, (code, i) -> {
            join(code, ofWeight, dWeight, parts, i);
            join(code, ofBias, dBias, parts, i);
        }));
    }

    private static void store(KernelCode code, View to, int number, Value value) {
        if (to != null) {
            to.store(code, number, value);
        }
    }

    private static void join(KernelCode code, View parts, View to, int count, int column) {
        if (to != null) {
            to.store(code, column, Line.sum(code, count, part -> parts.load(code, new int[] {part, column})));
        }
    }
}
