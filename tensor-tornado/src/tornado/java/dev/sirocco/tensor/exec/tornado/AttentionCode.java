package dev.sirocco.tensor.exec.tornado;

import static dev.sirocco.tensor.exec.tornado.AttentionOperands.BLOCK;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/**
 * {@link dev.sirocco.tensor.fast.Attention}, one thread to some columns of a query's result. The softmax is computed on
 * the way (Milakov and Gimelshein 2018): whenever a larger score comes up, what was summed so far is scaled down.
 */
final class AttentionCode {

    /** Elements of a query's result that a thread computes; 8 took twice the time on PoCL. */
    private static final int COLUMNS = 16;

    private AttentionCode() {}

    /** @param out y (B, T, H, Dv) and the log of each softmax's denominator (B, T, H); null where nobody reads it */
    static Kernel kernel(String describe, AttentionOperands in, List<View> out) {
        int size = in.valueSize();
        int threads = Math.ceilDiv(size, COLUMNS);
        return Kernel.elements(describe, Shape.of(in.batch(), in.heads(), in.queries(), threads), (code, at) -> {
            int batch = at[0];
            int head = at[1];
            int query = at[2];
            int kvHead = code.intVariable(() -> code.pushQuotient(head, in.group()));
            int[] columns = AttentionOperands.columns(code, at[3], COLUMNS, size);
            Line q = Line.of(code, in.q(), batch, query, head);
            Value slope = in.slope(code, head);
            Value queryAt = code.add(in.offset(code), code.ofInt(query));
            Value end = in.visible(code, queryAt);

            Value top = code.constant(DType.F32, Double.NEGATIVE_INFINITY);
            Value total = code.constant(DType.F32, 0);
            Value[] sums = AttentionOperands.zeros(code, columns.length);
            code.loop(() -> code.push(0), () -> code.push(end), BLOCK, first -> {
                int[] keys = AttentionOperands.block(code, first, BLOCK, in.keys());
                Value[] scores = q.dots(AttentionOperands.lines(code, in.k(), batch, keys, kvHead));
                Value larger = top;
                for (int u = 0; u < BLOCK; u++) {
                    Value score = in.score(code, scores[u], slope, queryAt, code.ofInt(keys[u]));
                    scores[u] = u == 0 ? score
                            : AttentionOperands.below(code, first, u, end, score, Double.NEGATIVE_INFINITY);
                    larger = code.call("max", DType.F32, larger, scores[u]);
                }
                Value shrink = code.call("exp", DType.F32, code.subtract(top, larger));
                code.assign(top, larger);
                code.assign(total, code.multiply(total, shrink));
                for (Value sum : sums) {
                    code.assign(sum, code.multiply(sum, shrink));
                }
                List<Line> values = AttentionOperands.lines(code, in.v(), batch, keys, kvHead);
                for (int u = 0; u < BLOCK; u++) {
                    Value weight = code.call("exp", DType.F32, code.subtract(scores[u], larger));
                    code.assign(total, code.add(total, weight));
                    AttentionOperands.accumulate(code, sums, columns, weight, values.get(u));
                }
            });

            if (out.get(0) != null) {
                Line y = Line.of(code, out.get(0), batch, query, head);
                for (int c = 0; c < columns.length; c++) {
                    y.store(columns[c], code.divide(sums[c], total));
                }
            }
            if (out.get(1) != null) {
                out.get(1).store(code, new int[] {batch, query, head},
                        code.add(code.call("log", DType.F32, total), top));
            }
        });
    }
}
