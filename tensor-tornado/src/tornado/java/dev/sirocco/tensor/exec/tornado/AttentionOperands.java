package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What an attention's kernels read: q (B, T, H, D), k (B, S, Hkv, D), v (B, S, Hkv, Dv) and the position of the first
 * query, or null for S - T.
 *
 * <p>Scores are computed anew wherever they are needed: no kernel writes T × S numbers (Dao et al. 2022). A thread
 * keeps some columns of a head's result in registers, so several threads share a head, and goes over {@link #BLOCK}
 * keys or queries at once. Where a block or the columns reach beyond the end, the last is taken again:
 * its weight is 0, its column is written twice.
 */
record AttentionOperands(Attention op, View q, View k, View v, View offset) implements Attention.Sizes {

    /** Keys, or queries, that a thread looks at together. */
    static final int BLOCK = 4;

    static AttentionOperands of(Attention op, List<View> in, int inputs) {
        return new AttentionOperands(op, in.get(0), in.get(1), in.get(2), inputs > 3 ? in.get(3) : null);
    }

    @Override
    public Shape queryShape() {
        return q.shape();
    }

    @Override
    public Shape keyShape() {
        return k.shape();
    }

    @Override
    public Shape valueShape() {
        return v.shape();
    }

    /** The columns, of as many as {@code size}, that one of the threads computes which have {@code count} each. */
    static int[] columns(KernelCode code, int thread, int count, int size) {
        Value first = code.multiply(code.ofInt(thread), code.constant(DType.I32, count));
        return block(code, first.slot(), Math.min(count, size), size);
    }

    /** This number and those behind it; the last of all instead of what lies beyond it. */
    static int[] block(KernelCode code, int first, int count, int size) {
        return IntStream.range(0, count).map(i -> code.call("min", DType.I32,
                code.add(code.ofInt(first), code.constant(DType.I32, i)), code.constant(DType.I32, size - 1)).slot())
                .toArray();
    }

    static Value[] zeros(KernelCode code, int count) {
        return IntStream.range(0, count).mapToObj(_ -> code.constant(DType.F32, 0)).toArray(Value[]::new);
    }

    static List<Line> lines(KernelCode code, View view, int batch, int[] places, int head) {
        return Arrays.stream(places).mapToObj(p -> Line.of(code, view, batch, p, head)).toList();
    }

    /** The position of the first query. */
    Value offset(KernelCode code) {
        return offset == null ? code.constant(DType.I32, keys() - queries()) : offset.load(code, new int[0]);
    }

    /** The number of keys, from the first on, that a query sees. */
    Value visible(KernelCode code, Value queryAt) {
        Value all = code.constant(DType.I32, keys());
        return op.causal() ? code.call("min", DType.I32, code.add(queryAt, code.constant(DType.I32, 1)), all) : all;
    }

    /** The slope of a head, 0 without any. */
    Value slope(KernelCode code, int head) {
        Value slope = code.constant(DType.F32, 0);
        for (int h = 0; h < op.alibi().size(); h++) {
            int number = h;
            code.ifEqual(() -> code.pushInt(head), () -> code.push(number),
                    () -> code.assign(slope, code.constant(DType.F32, op.alibi().get(number))));
        }
        return slope;
    }

    /** The score of a product of query and key. */
    Value score(KernelCode code, Value dot, Value slope, Value queryAt, Value keyAt) {
        Value score = code.multiply(dot, code.constant(DType.F32, op.scale()));
        if (op.alibi().isEmpty()) {
            return score;
        }
        Value distance = code.call("toFloat", DType.F32, code.subtract(queryAt, keyAt));
        return code.subtract(score, code.multiply(slope, distance));
    }

    /** Of numbers that follow one another, each if it lies below the end, and else something that counts nothing. */
    static Value below(KernelCode code, int first, int number, Value end, Value value, double otherwise) {
        Value at = code.add(code.ofInt(first), code.constant(DType.I32, number));
        return code.call("where", DType.F32, code.call("less", DType.F32, at, end), value,
                code.constant(DType.F32, otherwise));
    }

    /** Adds a weighted line's elements to sums, column by column. */
    static void accumulate(KernelCode code, Value[] sums, int[] columns, Value weight, Line line) {
        for (int c = 0; c < columns.length; c++) {
            code.assign(sums[c], code.add(sums[c], code.multiply(weight, line.load(columns[c]))));
        }
    }
}
