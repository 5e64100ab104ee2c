package dev.sirocco.tensor.ir;

import java.util.ArrayList;
import java.util.List;

/**
 * What a node of a graph computes. The primitives are on this page; each has one gradient rule in
 * {@link dev.sirocco.tensor.grad.Grad} and one case in every executor. A {@link Composite} is defined by primitives.
 *
 * <p>Shapes are explicit: operands of element-wise ops have one shape (a broadcast is a node of its own), reductions
 * keep their axes with size 1, and axes are never negative. {@link Tensor} has the convenient forms.
 */
public sealed interface Op permits Op.Leaf, Op.ElementWise, Op.Movement, Op.Contraction, Composite, Backward {

    /**
     * The types of the outputs, most ops having one.
     *
     * @throws ShapeError if the operands do not fit
     */
    List<TensorType> infer(List<TensorType> in);

    // ---- leaves -----------------------------------------------------------------------------------------------

    sealed interface Leaf extends Op {
        TensorType type();

        @Override
        default List<TensorType> infer(List<TensorType> in) {
            return List.of(type());
        }
    }

    /** Given anew for every run. */
    record Input(String name, TensorType type) implements Leaf {}

    /** The content of a state when the run begins. */
    record Read(State state) implements Leaf {
        @Override
        public TensorType type() {
            return state.type();
        }
    }

    /** One number everywhere. */
    record Fill(TensorType type, double value) implements Leaf {}

    /** Numbers fixed when the graph is traced. */
    record Constant(Storage data) implements Leaf {
        @Override
        public TensorType type() {
            return new TensorType(data.shape(), data.dtype());
        }
    }

    /** 0, 1, 2 … along an axis, as I32. */
    record Iota(Shape shape, int axis) implements Leaf {
        @Override
        public TensorType type() {
            return new TensorType(shape, DType.I32);
        }
    }

    // ---- element-wise -----------------------------------------------------------------------------------------

    /** Output element i depends on element i of each operand alone. */
    sealed interface ElementWise extends Op {}

    enum UnaryKind { NEG, ABS, SIGN, FLOOR, EXP, LOG, SQRT, RSQRT, RECIPROCAL, SIN, COS, TANH, ERF, SIGMOID }

    record Unary(UnaryKind kind) implements ElementWise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            boolean ofIntegers = kind == UnaryKind.NEG || kind == UnaryKind.ABS || kind == UnaryKind.SIGN;
            requireArithmetic(kind, in.get(0));
            if (in.get(0).dtype() == DType.I32 && !ofIntegers) {
                throw new ShapeError(kind + " of " + in.get(0) + ": cast it to f32 first");
            }
            return List.of(in.get(0));
        }
    }

    enum BinaryKind {
        ADD, SUB, MUL, DIV, POW, MAX, MIN, LESS, LESS_EQUAL, EQUAL;

        public boolean isComparison() {
            return this == LESS || this == LESS_EQUAL || this == EQUAL;
        }

        public boolean isCommutative() {
            return this == ADD || this == MUL || this == MAX || this == MIN || this == EQUAL;
        }
    }

    /** Both operands F32, or both I32 (DIV then rounds towards zero). Comparisons give F32 0 or 1. */
    record Binary(BinaryKind kind) implements ElementWise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireArithmetic(kind, in.get(0));
            requireSame(kind, in.get(0), in.get(1));
            return List.of(kind.isComparison() ? in.get(0).with(DType.F32) : in.get(0));
        }
    }

    /** Operand 1 where operand 0 (F32) is not 0, else operand 2. */
    record Where() implements ElementWise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireArithmetic("where", in.get(1));
            requireSame("where", in.get(1), in.get(2));
            requireSame("where: condition and values", in.get(0), in.get(1).with(DType.F32));
            return List.of(in.get(1));
        }
    }

    /** To another element type, to nearest even; to integers towards zero. */
    record Cast(DType dtype) implements ElementWise {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (in.get(0).dtype() != DType.F32 && dtype != DType.F32 && in.get(0).dtype() != dtype) {
                throw new ShapeError("cast " + in.get(0) + " to " + dtype + ": go through f32");
            }
            return List.of(in.get(0).with(dtype));
        }
    }

    enum RandomKind { UNIFORM, NORMAL }

    /**
     * Random numbers by Philox 4x32-10 (Salmon et al. 2011): key = (seed, stream), counter = (i / 4, 0, step, 0) for
     * elements i … i + 3. The operand is I32 [2]: seed and step. Uniform is in [0, 1), 24 bits; normal by Box-Muller.
     */
    record Random(RandomKind kind, Shape shape, int stream) implements Leaf {
        @Override
        public TensorType type() {
            return new TensorType(shape, DType.F32);
        }
    }

    // ---- movement: no arithmetic ------------------------------------------------------------------------------

    sealed interface Movement extends Op {}

    /**
     * The same elements in the same order.
     *
     * @param barrier 0; any other number makes a reshape that is never simplified, so that what is computed from it is
     *     computed anew: see {@link dev.sirocco.tensor.passes.Checkpointing}
     */
    record Reshape(Shape shape, int barrier) implements Movement {
        public Reshape(Shape shape) {
            this(shape, 0);
        }

        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (in.get(0).shape().numel() != shape.numel()) {
                throw new ShapeError("reshape " + in.get(0).shape() + " to " + shape + ": "
                        + in.get(0).shape().numel() + " elements against " + shape.numel());
            }
            return List.of(in.get(0).with(shape));
        }
    }

    /** Output axis i is input axis {@code axes[i]}. */
    record Permute(List<Integer> axes) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            if (axes.size() != s.rank() || axes.stream().distinct().count() != s.rank()) {
                throw new ShapeError("permute " + s + " by " + axes + ": not a permutation of its axes");
            }
            return List.of(in.get(0).with(Shape.of(axes.stream().map(s::dim).toList())));
        }
    }

    /** Repeats axes of size 1; the rank stays. */
    record Broadcast(Shape shape) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            boolean fits = s.rank() == shape.rank();
            for (int i = 0; fits && i < s.rank(); i++) {
                fits = s.dim(i) == shape.dim(i) || s.dim(i) == 1;
            }
            if (!fits) {
                throw new ShapeError("broadcast " + s + " to " + shape + ": only axes of size 1 can be repeated");
            }
            return List.of(in.get(0).with(shape));
        }
    }

    /** From {@code starts} (inclusive) to {@code stops} (exclusive) in steps ≥ 1, a number for each axis. */
    record Slice(List<Integer> starts, List<Integer> stops, List<Integer> steps) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            int[] d = new int[s.rank()];
            for (int i = 0; i < d.length; i++) {
                int start = starts.get(i);
                int stop = stops.get(i);
                if (start < 0 || stop > s.dim(i) || start > stop || steps.get(i) < 1) {
                    throw new ShapeError("slice %d:%d:%d of axis %d of shape %s"
                            .formatted(start, stop, steps.get(i), i, s));
                }
                d[i] = (stop - start + steps.get(i) - 1) / steps.get(i);
            }
            return List.of(in.get(0).with(Shape.of(d)));
        }
    }

    /** {@code low} and {@code high} elements of {@code value} around each axis, {@code inner} between neighbours. */
    record Pad(List<Integer> low, List<Integer> high, List<Integer> inner, double value) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            int[] d = new int[s.rank()];
            for (int i = 0; i < d.length; i++) {
                d[i] = low.get(i) + s.dim(i) + Math.max(0, s.dim(i) - 1) * inner.get(i) + high.get(i);
            }
            return List.of(in.get(0).with(Shape.of(d)));
        }
    }

    record Concat(int axis) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            int size = 0;
            for (TensorType t : in) {
                requireSame("concat along axis " + axis, in.get(0).with(in.get(0).shape().with(axis, 0)),
                        t.with(t.shape().with(axis, 0)));
                size += t.shape().dim(axis);
            }
            return List.of(in.get(0).with(in.get(0).shape().with(axis, size)));
        }
    }

    record Flip(List<Integer> axes) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            axes.forEach(in.get(0).shape()::dim);
            return List.of(in.get(0));
        }
    }

    /**
     * Sliding windows: axis {@code axis} becomes the windows' number, and the elements of a window are a new last axis
     * of {@code size}; element j of window i is element {@code i·step + j·dilation}.
     */
    record Unfold(int axis, int size, int step, int dilation) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            int reach = (size - 1) * dilation + 1;
            if (size < 1 || step < 1 || dilation < 1 || s.dim(axis) < reach) {
                throw new ShapeError("windows of %d (step %d, dilation %d) along axis %d of shape %s"
                        .formatted(size, step, dilation, axis, s));
            }
            return List.of(in.get(0).with(s.with(axis, (s.dim(axis) - reach) / step + 1).concat(Shape.of(size))));
        }
    }

    /** The adjoint of {@link Unfold}: adds overlapping windows into an axis of {@code length}. */
    record Fold(int axis, int length, int step, int dilation) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            Shape folded = s.slice(0, s.rank() - 1).with(axis, length);
            Shape windows = new Unfold(axis, s.dim(-1), step, dilation).infer(List.of(in.get(0).with(folded)))
                    .getFirst().shape();
            if (!windows.equals(s)) {
                throw new ShapeError("fold " + s + " into " + folded + ": expected windows of shape " + windows);
            }
            return List.of(in.get(0).with(folded));
        }
    }

    /** Operand 0 with operand 1 written over it along an axis, from the index in operand 2 (I32 [1]) on. */
    record UpdateSlice(int axis) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            TensorType base = in.get(0);
            TensorType update = in.get(1);
            requireSame("update-slice along axis " + axis, base.with(base.shape().with(axis, 0)),
                    update.with(update.shape().with(axis, 0)));
            requireSame("update-slice: start", in.get(2), new TensorType(Shape.of(1), DType.I32));
            if (update.shape().dim(axis) > base.shape().dim(axis)) {
                throw new ShapeError("update-slice: " + update.shape() + " is longer than " + base.shape());
            }
            return List.of(base);
        }
    }

    /** Rows of operand 0 along an axis, by the I32 indices of operand 1, whose axes take that axis' place. */
    record Gather(int axis) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireIndices("gather", in.get(1));
            Shape s = in.get(0).shape();
            return List.of(in.get(0).with(s.slice(0, axis).concat(in.get(1).shape())
                    .concat(s.slice(axis + 1, s.rank()))));
        }
    }

    /**
     * The adjoint of {@link Gather}: adds operand 0 into zeros at the indices of operand 1, along an axis of
     * {@code size}.
     */
    record ScatterAdd(int axis, int size) implements Movement {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireIndices("scatter-add", in.get(1));
            Shape s = in.get(0).shape();
            Shape index = in.get(1).shape();
            if (s.rank() < axis + index.rank() || !s.slice(axis, axis + index.rank()).equals(index)) {
                throw new ShapeError("scatter-add: rows " + s + " do not have the indices' shape " + index + " at axis "
                        + axis);
            }
            Shape out = s.slice(0, axis).concat(Shape.of(size)).concat(s.slice(axis + index.rank(), s.rank()));
            return List.of(in.get(0).with(out));
        }
    }

    // ---- contractions and orderings ---------------------------------------------------------------------------

    sealed interface Contraction extends Op {}

    enum ReduceKind { SUM, MAX }

    /** Over the given axes (ascending), which stay with size 1. The sum of nothing is 0, the maximum -∞. */
    record Reduce(ReduceKind kind, List<Integer> axes) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireArithmetic(kind, in.get(0));
            Shape s = in.get(0).shape();
            for (int axis : axes) {
                s = s.with(axis, 1);
            }
            return List.of(in.get(0).with(s));
        }
    }

    /** The sum of all elements up to and including each, along an axis. */
    record CumulativeSum(int axis) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            requireArithmetic("cumulative sum", in.get(0));
            in.get(0).shape().dim(axis);
            return List.of(in.get(0));
        }
    }

    /** The I32 indices of the k largest along the last axis, largest first, the lower index first among equals. */
    record TopK(int k) implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape s = in.get(0).shape();
            if (k < 1 || k > s.dim(-1)) {
                throw new ShapeError("top-" + k + " of shape " + s + ": the last axis has " + s.dim(-1) + " elements");
            }
            return List.of(new TensorType(s.with(-1, k), DType.I32));
        }
    }

    /** [… M, K] × [… K, N] → [… M, N], the axes in front being equal. */
    record MatMul() implements Contraction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            Shape a = in.get(0).shape();
            Shape b = in.get(1).shape();
            String what = "matmul " + a + " × " + b + ": ";
            if (in.get(0).dtype() != DType.F32 || in.get(1).dtype() != DType.F32) {
                throw new ShapeError(what + "both must be f32, not " + in.get(0).dtype() + " and " + in.get(1).dtype());
            }
            if (a.rank() < 2 || b.rank() != a.rank()) {
                throw new ShapeError(what + "ranks must be equal and at least 2");
            }
            if (a.dim(-1) != b.dim(-2)) {
                throw new ShapeError(what + "inner sizes " + a.dim(-1) + " and " + b.dim(-2) + " differ");
            }
            if (!a.slice(0, a.rank() - 2).equals(b.slice(0, b.rank() - 2))) {
                throw new ShapeError(what + "batch axes differ");
            }
            return List.of(in.get(0).with(a.with(-1, b.dim(-1))));
        }
    }

    // ---- checks -----------------------------------------------------------------------------------------------

    private static void requireArithmetic(Object op, TensorType t) {
        if (!t.dtype().isArithmetic()) {
            throw new ShapeError(op + " of " + t + ": " + t.dtype() + " is storage, cast it to f32 first");
        }
    }

    private static void requireSame(Object op, TensorType a, TensorType b) {
        if (!a.equals(b)) {
            throw new ShapeError(op + ": " + a + " and " + b + " differ");
        }
    }

    private static void requireIndices(String op, TensorType t) {
        if (t.dtype() != DType.I32) {
            throw new ShapeError(op + ": indices must be i32, not " + t);
        }
    }

    /** The numbers 0 … n - 1 without those given. */
    static List<Integer> others(int n, List<Integer> axes) {
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            if (!axes.contains(i)) {
                rest.add(i);
            }
        }
        return rest;
    }
}
