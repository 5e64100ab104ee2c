package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Where in a buffer a tensor's elements lie. Movements that can be expressed by strides cost nothing: they only make a
 * new layout.
 *
 * @param offset elements from the buffer's start to element [0, 0 …]
 * @param strides elements between neighbours along each axis; 0 repeats, negative ones run backwards
 */
public record Layout(Buffer buffer, Shape shape, long offset, long[] strides) {

    /** A whole buffer. */
    static Layout of(Buffer buffer) {
        return new Layout(buffer, buffer.type().shape(), 0, buffer.type().shape().strides());
    }

    /** The same element everywhere: a buffer of one element, repeated. */
    static Layout repeat(Buffer single, Shape shape) {
        return new Layout(single, shape, 0, new long[shape.rank()]);
    }

    public DType dtype() {
        return buffer.type().dtype();
    }

    public boolean isContiguous() {
        long expected = 1;
        for (int i = shape.rank() - 1; i >= 0; i--) {
            if (shape.dim(i) != 1 && strides[i] != expected) {
                return false;
            }
            expected *= shape.dim(i);
        }
        return true;
    }

    /** Whether this is the buffer's content in its order, be it in another shape. */
    public boolean isWhole() {
        return offset == 0 && isContiguous() && shape.numel() == buffer.type().shape().numel();
    }

    /** The layout of a movement's result, or null if strides cannot express it. */
    Layout move(Op op, Shape result) {
        return switch (op) {
            case Op.Reshape _ -> reshape(result);
            case Op.Permute p -> permute(result, p.axes());
            case Op.Broadcast _ -> broadcast(result);
            case Op.Slice s -> slice(result, s);
            case Op.Flip f -> flip(f.axes());
            case Op.Unfold u -> unfold(result, u);
            default -> null;
        };
    }

    private Layout permute(Shape result, List<Integer> axes) {
        return new Layout(buffer, result, offset, axes.stream().mapToLong(a -> strides[a]).toArray());
    }

    private Layout broadcast(Shape result) {
        long[] s = strides.clone();
        for (int i = 0; i < s.length; i++) {
            if (shape.dim(i) != result.dim(i)) {
                s[i] = 0;
            }
        }
        return new Layout(buffer, result, offset, s);
    }

    private Layout slice(Shape result, Op.Slice slice) {
        long[] s = strides.clone();
        long o = offset;
        for (int i = 0; i < s.length; i++) {
            o += slice.starts().get(i) * s[i];
            s[i] *= slice.steps().get(i);
        }
        return new Layout(buffer, result, o, s);
    }

    private Layout flip(List<Integer> axes) {
        long[] s = strides.clone();
        long o = offset;
        for (int a : axes) {
            o += (shape.dim(a) - 1) * s[a];
            s[a] = -s[a];
        }
        return new Layout(buffer, shape, o, s);
    }

    private Layout unfold(Shape result, Op.Unfold u) {
        long[] s = Arrays.copyOf(strides, strides.length + 1);
        s[strides.length] = strides[u.axis()] * u.dilation();
        s[u.axis()] = strides[u.axis()] * u.step();
        return new Layout(buffer, result, offset, s);
    }

    /**
     * The same elements in the same order with other axes, or null: axes can always be split, and be joined where the
     * outer one steps over the inner one whole.
     */
    public Layout reshape(Shape to) {
        if (shape.numel() == 0) {
            return new Layout(buffer, to, offset, to.strides());
        }
        long[] s = new long[to.rank()];
        int from = 0;                                        // axes of this shape from here on are still to be matched
        int t = 0;
        while (t < to.rank()) {
            // A group of axes on either side with the same number of elements.
            int firstTo = t;
            int firstFrom = from;
            long have = from < shape.rank() ? shape.dim(from++) : 1;
            long want = to.dim(t++);
            while (have != want) {
                if (have < want) {
                    have *= shape.dim(from++);
                } else {
                    want *= to.dim(t++);
                }
            }
            long step = joinedStride(firstFrom, from);
            if (step == NO_STRIDE) {
                return null;
            }
            for (int i = t - 1; i >= firstTo; i--) {
                s[i] = step;
                step *= to.dim(i);
            }
        }
        return new Layout(buffer, to, offset, s);
    }

    private static final long NO_STRIDE = Long.MIN_VALUE;

    /** The stride of axes [first, end) seen as one, or {@link #NO_STRIDE}. */
    private long joinedStride(int first, int end) {
        long stride = NO_STRIDE;
        long size = 1;
        for (int i = end - 1; i >= first; i--) {
            if (shape.dim(i) == 1) {
                continue;
            }
            if (stride == NO_STRIDE) {
                stride = strides[i];
            } else if (strides[i] != stride * size) {
                return NO_STRIDE;
            }
            size *= shape.dim(i);
        }
        return stride == NO_STRIDE ? 1 : stride;
    }
}
