package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.TensorType;

/** The memory of one tensor, contiguous: a leaf's own, or working memory of the program. Compared by identity. */
public final class Buffer {

    private final TensorType type;
    private final Op.Leaf leaf;

    private Buffer(TensorType type, Op.Leaf leaf) {
        this.type = type;
        this.leaf = leaf;
    }

    /** Memory that a step of the program writes. */
    static Buffer working(TensorType type) {
        return new Buffer(type, null);
    }

    /** Memory that is there before a run: an input's, a state's, a constant's. */
    static Buffer of(Op.Leaf leaf) {
        return new Buffer(leaf.type(), leaf);
    }

    public TensorType type() {
        return type;
    }

    /** The input, read or constant whose memory this is; null for working memory. */
    public Op.Leaf leaf() {
        return leaf;
    }

    public boolean isWorking() {
        return leaf == null;
    }
}
