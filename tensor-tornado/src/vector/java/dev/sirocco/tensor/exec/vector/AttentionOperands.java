package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/**
 * Where an attention finds its operands: q (B, T, H, D), k (B, S, Hkv, D), v (B, S, Hkv, Dv), each with any strides but
 * 1 along the last axis.
 */
record AttentionOperands(Attention op, View q, View k, View v, long offsetAddress) implements Attention.Sizes {

    static AttentionOperands of(Attention op, List<View> in) {
        boolean hasOffset = in.size() > 3 && in.get(3).dtype() == DType.I32;
        return new AttentionOperands(op, in.get(0), in.get(1), in.get(2), hasOffset ? in.get(3).address() : 0);
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

    float scale() {
        return (float) op.scale();
    }

    float slope(int head) {
        return op.alibi().isEmpty() ? 0 : op.alibi().get(head).floatValue();
    }

    /** The position of the first query, at the time of a run. */
    int offset() {
        return offsetAddress == 0 ? keys() - queries() : Memory.i32(offsetAddress);
    }

    /** How many keys, from the first on, a query sees. */
    int visible(int query, int offset) {
        return op.causal() ? (int) Math.clamp((long) offset + query + 1, 0, keys()) : keys();
    }

    /** The address of element [b, t, h, 0]. */
    static long at(View view, int b, int t, int h) {
        return view.address() + 4 * (b * view.stride(0) + t * view.stride(1) + h * view.stride(2));
    }

    /** Bytes from one place of a head to the next. */
    static long rowBytes(View view) {
        return 4 * view.stride(1);
    }

    /** Whether the last axis is contiguous, as the kernels need it. */
    static boolean accepts(View view) {
        return view.shape().rank() < 4 ? view.isContiguous() : view.isContiguous(3);
    }

    String describe(String what) {
        return "%s of %s over %d keys, %d key heads%s"
                .formatted(what, q.shape(), keys(), kvHeads(), op.causal() ? ", causal" : "");
    }
}
