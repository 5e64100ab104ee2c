package dev.sirocco.tensor.exec.tornado;

import static dev.sirocco.tensor.exec.tornado.AttentionOperands.BLOCK;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * The gradient of {@link dev.sirocco.tensor.fast.Attention} (Dao et al. 2022, appendix B.4). With P = exp(scores - log
 * Σ exp) and dP = dy vᵀ: dv = Pᵀ dy, dS = P (dP - rest), dq = scale · dS k, dk = scale · dSᵀ q, where rest = dy · y
 * less the gradient of log Σ exp. One kernel goes over the keys of each query, one over the queries of each key,
 * without atomics.
 */
final class AttentionBackwardCode {

    /**
     * Elements of a row of dq, dk and dv that a thread computes; with 16 kernels took three times as long to compile.
     */
    private static final int COLUMNS = 8;

    private final AttentionOperands in;
    private final View y;
    private final View logSumExp;
    private final View dy;
    private final View dLogSumExp;
    private final View rest;

    /**
     * @param results y (B, T, H, Dv), log Σ exp (B, T, H), and the gradients of both
     * @param scratch memory for the rest (B, T, H), which the first kernel leaves for the second
     */
    AttentionBackwardCode(AttentionOperands in, List<View> results, IntFunction<Place> scratch) {
        this.in = in;
        this.y = results.get(0);
        this.logSumExp = results.get(1);
        this.dy = results.get(2);
        this.dLogSumExp = results.get(3);
        this.rest = View.contiguous(scratch.apply(Math.toIntExact(logSumExp.shape().numel())), logSumExp.shape());
    }

    /** @param out dq, dk, dv; null where nobody reads it */
    List<Kernel> kernels(String describe, List<View> out) {
        Kernel queries = ofQueries(describe + " (queries)", out.get(0));
        return out.get(1) == null && out.get(2) == null ? List.of(queries)
                : List.of(queries, ofKeys(describe + " (keys and values)", out.get(1), out.get(2)));
    }

    private Kernel ofQueries(String describe, View dq) {
        int size = in.size();
        int threads = Math.ceilDiv(size, COLUMNS);
        return Kernel.elements(describe, Shape.of(in.batch(), in.heads(), in.queries(), threads), (code, at) -> {
            int batch = at[0];
            int head = at[1];
            int query = at[2];
            int[] row = {batch, query, head};
            Line dyLine = Line.of(code, dy, row);
            Value along = dyLine.dots(List.of(Line.of(code, y, row)))[0];
            Value remainder = code.subtract(along, dLogSumExp.load(code, row));
            rest.store(code, row, remainder);
            if (dq == null) {
                return;
            }
            int kvHead = code.intVariable(() -> code.pushQuotient(head, in.group()));
            int[] columns = AttentionOperands.columns(code, at[3], COLUMNS, size);
            Line q = Line.of(code, in.q(), row);
            Value total = logSumExp.load(code, row);
            Value slope = in.slope(code, head);
            Value queryAt = code.add(in.offset(code), code.ofInt(query));
            Value end = in.visible(code, queryAt);
            Value[] sums = AttentionOperands.zeros(code, columns.length);
            code.loop(() -> code.push(0), () -> code.push(end), BLOCK, first -> {
                int[] keys = AttentionOperands.block(code, first, BLOCK, in.keys());
                List<Line> keyLines = AttentionOperands.lines(code, in.k(), batch, keys, kvHead);
                Value[] scores = q.dots(keyLines);
                Value[] dWeights = dyLine.dots(AttentionOperands.lines(code, in.v(), batch, keys, kvHead));
                for (int u = 0; u < BLOCK; u++) {
                    Value score = in.score(code, scores[u], slope, queryAt, code.ofInt(keys[u]));
                    Value weight = weight(code, score, total, first, u, end);
                    Value dScore = code.multiply(weight, code.subtract(dWeights[u], remainder));
                    AttentionOperands.accumulate(code, sums, columns, dScore, keyLines.get(u));
                }
            });
            storeScaled(code, Line.of(code, dq, row), columns, sums, in.op().scale());
        });
    }

    private Kernel ofKeys(String describe, View dk, View dv) {
        int size = in.size();
        int valueSize = in.valueSize();
        int threads = Math.ceilDiv(Math.max(size, valueSize), COLUMNS);
        return Kernel.elements(describe, Shape.of(in.batch(), in.kvHeads(), in.keys(), threads), (code, at) -> {
            int batch = at[0];
            int kvHead = at[1];
            int key = at[2];
            int[] columns = AttentionOperands.columns(code, at[3], COLUMNS, size);
            int[] valueColumns = AttentionOperands.columns(code, at[3], COLUMNS, valueSize);
            Line k = Line.of(code, in.k(), batch, key, kvHead);
            Line v = Line.of(code, in.v(), batch, key, kvHead);
            Value offset = in.offset(code);
            Value none = code.constant(DType.I32, 0);
            Value from = in.op().causal() ? code.call("max", DType.I32, none, code.subtract(code.ofInt(key), offset))
                    : none;
            Value end = code.constant(DType.I32, in.queries());
            Value[] sums = AttentionOperands.zeros(code, columns.length);
            Value[] valueSums = AttentionOperands.zeros(code, valueColumns.length);
            loopOverHeads(code, kvHead, head -> {
                Value slope = in.slope(code, head);
                code.loop(() -> code.push(from), () -> code.push(end), BLOCK, first -> {
                    int[] queries = AttentionOperands.block(code, first, BLOCK, in.queries());
                    List<Line> queryLines = AttentionOperands.lines(code, in.q(), batch, queries, head);
                    List<Line> dyLines = AttentionOperands.lines(code, dy, batch, queries, head);
                    Value[] scores = k.dots(queryLines);
                    Value[] dWeights = v.dots(dyLines);
                    for (int u = 0; u < BLOCK; u++) {
                        int[] row = {batch, queries[u], head};
                        Value queryAt = code.add(offset, code.ofInt(queries[u]));
                        Value score = in.score(code, scores[u], slope, queryAt, code.ofInt(key));
                        Value weight = weight(code, score, logSumExp.load(code, row), first, u, end);
                        Value dScore = code.multiply(weight, code.subtract(dWeights[u], rest.load(code, row)));
                        AttentionOperands.accumulate(code, sums, columns, dScore, queryLines.get(u));
                        AttentionOperands.accumulate(code, valueSums, valueColumns, weight, dyLines.get(u));
                    }
                });
            });
            if (dk != null) {
                storeScaled(code, Line.of(code, dk, batch, key, kvHead), columns, sums, in.op().scale());
            }
            if (dv != null) {
                storeScaled(code, Line.of(code, dv, batch, key, kvHead), valueColumns, valueSums, 1);
            }
        });
    }

    /** The query heads that look at a key head. */
    private void loopOverHeads(KernelCode code, int kvHead, IntConsumer body) {
        if (in.group() == 1) {
            body.accept(kvHead);
            return;
        }
        int first = code.multiply(code.ofInt(kvHead), code.constant(DType.I32, in.group())).slot();
        int end = code.add(code.ofInt(first), code.constant(DType.I32, in.group())).slot();
        code.loop(() -> code.pushInt(first), () -> code.pushInt(end), 1, body);
    }

    private static Value weight(KernelCode code, Value score, Value total, int first, int number, Value end) {
        Value weight = code.call("exp", DType.F32, code.subtract(score, total));
        return number == 0 ? weight : AttentionOperands.below(code, first, number, end, weight, 0);
    }

    private static void storeScaled(KernelCode code, Line to, int[] columns, Value[] sums, double scale) {
        for (int c = 0; c < columns.length; c++) {
            to.store(columns[c], scale == 1 ? sums[c] : code.multiply(sums[c], code.constant(DType.F32, scale)));
        }
    }
}
