package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * softmax(scale · q kᵀ) v (Vaswani et al. 2017, eq. 1), head by head: q (B, T, H, D), k (B, S, Hkv, D),
 * v (B, S, Hkv, Dv) → y (B, T, H, Dv), and the log of each softmax's denominator (B, T, H), which the gradient reuses.
 *
 * <p>H is a multiple of Hkv; query head h looks at key head h / (H / Hkv) (grouped queries, Ainslie et al. 2023). Query
 * i stands at position offset + i, key j at position j. The offset is S - T, or the optional fourth operand, I32 [1]
 * and not negative: with a cache of S places of which the first are filled.
 *
 * @param causal whether a query sees only the keys up to its own position
 * @param scale of the scores, usually 1 / √D
 * @param alibi one slope for each of the H heads, or none: scores lose slope · (position of q - position of k) (Press
 *     et al. 2022)
 */
public record Attention(boolean causal, double scale, List<Double> alibi) implements Composite {

    /** The sizes that the operands' shapes give. */
    public interface Sizes {

        /** Of q (B, T, H, D). */
        Shape queryShape();

        /** Of k (B, S, Hkv, D). */
        Shape keyShape();

        /** Of v (B, S, Hkv, Dv). */
        Shape valueShape();

        default int batch() {
            return queryShape().dim(0);
        }

        default int queries() {
            return queryShape().dim(1);
        }

        default int heads() {
            return queryShape().dim(2);
        }

        /** D. */
        default int size() {
            return queryShape().dim(3);
        }

        default int keys() {
            return keyShape().dim(1);
        }

        default int kvHeads() {
            return keyShape().dim(2);
        }

        /** How many query heads look at one key head. */
        default int group() {
            return heads() / kvHeads();
        }

        /** Dv. */
        default int valueSize() {
            return valueShape().dim(3);
        }
    }

    public Attention {
        alibi = List.copyOf(alibi);
    }

    public Attention(boolean causal, double scale) {
        this(causal, scale, List.of());
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor q = in.get(0);
        Tensor k = in.get(1);
        Tensor v = in.get(2);
        int batch = q.dim(0);
        int t = q.dim(1);
        int heads = q.dim(2);
        int s = k.dim(1);
        int kvHeads = k.dim(2);
        int rows = heads / kvHeads * t;            // the query heads that share a key head stand below one another

        Tensor queries = q.mul(scale).permute(0, 2, 1, 3).reshape(batch, kvHeads, rows, q.dim(3));
        Tensor scores = queries.matmul(k.permute(0, 2, 3, 1)).reshape(batch, heads, t, s);          // (B, H, T, S)
        if (causal || !alibi.isEmpty()) {
            scores = placed(scores, in.size() > 3 ? in.get(3) : null);
        }
        Tensor shift = Softmax.shift(scores);                                                       // (B, H, T, 1)
        Tensor e = scores.sub(shift).exp();
        Tensor total = e.sumKeep(-1);
        Tensor weights = e.div(total).reshape(batch, kvHeads, rows, s);
        Tensor y = weights.matmul(v.permute(0, 2, 1, 3)).reshape(batch, heads, t, v.dim(3));        // (B, H, T, Dv)
        Tensor logSumExp = total.log().add(shift).squeeze(-1);                                      // (B, H, T)
        return List.of(y.permute(0, 2, 1, 3), logSumExp.permute(0, 2, 1));
    }

    /** The scores (B, H, T, S) with what depends on the positions of query and key. */
    private Tensor placed(Tensor scores, Tensor offset) {
        int t = scores.dim(2);
        int s = scores.dim(3);
        Tensor row = scores.graph().range(t);
        Tensor queryAt = row.add(offset == null ? row.like(s - t) : offset).unsqueeze(1);           // (T, 1)
        Tensor keyAt = scores.graph().range(s);                                                     // (S)
        Tensor result = scores;
        if (!alibi.isEmpty()) {
            float[] slopes = new float[alibi.size()];
            for (int h = 0; h < slopes.length; h++) {
                slopes[h] = alibi.get(h).floatValue();
            }
            Tensor slope = scores.graph().constant(Storage.of(Shape.of(slopes.length, 1, 1), slopes));
            result = result.sub(queryAt.sub(keyAt).cast(DType.F32).mul(slope));                     // (H, T, S)
        }
        if (causal) {
            Tensor sees = keyAt.lessEqual(queryAt);                                                 // (T, S)
            result = sees.where(result, result.like(Double.NEGATIVE_INFINITY));
        }
        return result;
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("attention", in, "q", "k", "v");
        Shape q = in.get(0).shape();
        Shape k = in.get(1).shape();
        Shape v = in.get(2).shape();
        String what = "attention of q %s, k %s, v %s: ".formatted(q, k, v);
        if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4) {
            throw new ShapeError(what + "each must be (batch, time, heads, size)");
        }
        if (q.dim(0) != k.dim(0) || q.dim(0) != v.dim(0)) {
            throw new ShapeError(what + "batches differ");
        }
        if (q.dim(3) != k.dim(3)) {
            throw new ShapeError(what + "head sizes " + q.dim(3) + " and " + k.dim(3) + " of q and k differ");
        }
        if (!k.slice(0, 3).equals(v.slice(0, 3))) {
            throw new ShapeError(what + "k and v differ in time or heads");
        }
        if (k.dim(2) == 0 || q.dim(2) % k.dim(2) != 0) {
            throw new ShapeError(what + q.dim(2) + " query heads are no multiple of " + k.dim(2) + " key heads");
        }
        if (!alibi.isEmpty() && alibi.size() != q.dim(2)) {
            throw new ShapeError(what + alibi.size() + " ALiBi slopes for " + q.dim(2) + " heads");
        }
        if (in.size() > 3) {
            Operands.requireShape("attention", "offset", in.get(3), Shape.of(1));
            if (in.get(3).dtype() != DType.I32) {
                throw new ShapeError("attention: offset must be i32, not " + in.get(3));
            }
        } else if (causal && k.dim(1) < q.dim(1)) {
            throw new ShapeError(what + "the first queries would see no key; there must be as many keys as queries");
        }
        return List.of(in.get(0).with(q.with(3, v.dim(3))), in.get(0).with(q.slice(0, 3)));
    }
}
