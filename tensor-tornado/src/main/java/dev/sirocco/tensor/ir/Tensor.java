package dev.sirocco.tensor.ir;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.fast.InverseStft;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.LogSoftmax;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.fast.Rotary;
import dev.sirocco.tensor.fast.Silu;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.ReduceKind;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import dev.sirocco.tensor.passes.Rewrite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A handle on one output of a node. Its methods add nodes to the graph; nothing is computed before a
 * {@link Program} runs. Axes may be negative, counting from the end; shapes broadcast as in NumPy.
 */
public record Tensor(Node node, int index) {

    public Graph graph() {
        return node.graph();
    }

    public TensorType type() {
        return node.types().get(index);
    }

    public Shape shape() {
        return type().shape();
    }

    public DType dtype() {
        return type().dtype();
    }

    public int rank() {
        return shape().rank();
    }

    public int dim(int axis) {
        return shape().dim(axis);
    }

    /** The state's value at this point of this tensor's graph; widened to F32 if it is stored in less. */
    public Tensor read(State state) {
        Tensor value = graph().read(state);
        return value.dtype().isArithmetic() ? value : value.cast(DType.F32);
    }

    // ---- element-wise -----------------------------------------------------------------------------------------

    public Tensor add(Tensor other) {
        return binary(BinaryKind.ADD, other);
    }

    public Tensor add(double value) {
        return add(like(value));
    }

    public Tensor sub(Tensor other) {
        return binary(BinaryKind.SUB, other);
    }

    public Tensor sub(double value) {
        return sub(like(value));
    }

    public Tensor mul(Tensor other) {
        return binary(BinaryKind.MUL, other);
    }

    public Tensor mul(double value) {
        return mul(like(value));
    }

    public Tensor div(Tensor other) {
        return binary(BinaryKind.DIV, other);
    }

    public Tensor div(double value) {
        return div(like(value));
    }

    public Tensor pow(Tensor exponent) {
        return binary(BinaryKind.POW, exponent);
    }

    public Tensor pow(double exponent) {
        return pow(like(exponent));
    }

    public Tensor maximum(Tensor other) {
        return binary(BinaryKind.MAX, other);
    }

    public Tensor maximum(double value) {
        return maximum(like(value));
    }

    public Tensor minimum(Tensor other) {
        return binary(BinaryKind.MIN, other);
    }

    public Tensor minimum(double value) {
        return minimum(like(value));
    }

    /** 1 where this is less, else 0. */
    public Tensor less(Tensor other) {
        return binary(BinaryKind.LESS, other);
    }

    public Tensor less(double value) {
        return less(like(value));
    }

    public Tensor lessEqual(Tensor other) {
        return binary(BinaryKind.LESS_EQUAL, other);
    }

    public Tensor greater(Tensor other) {
        return other.less(this);
    }

    public Tensor greater(double value) {
        return like(value).less(this);
    }

    public Tensor greaterEqual(Tensor other) {
        return other.lessEqual(this);
    }

    public Tensor equalTo(Tensor other) {
        return binary(BinaryKind.EQUAL, other);
    }

    /** {@code yes} where this is not 0, else {@code no}. */
    public Tensor where(Tensor yes, Tensor no) {
        Shape s = Shape.broadcast(shape(), Shape.broadcast(yes.shape(), no.shape()));
        return graph().add(new Op.Where(), broadcast(s), yes.broadcast(s), no.broadcast(s));
    }

    public Tensor neg() {
        return unary(UnaryKind.NEG);
    }

    public Tensor abs() {
        return unary(UnaryKind.ABS);
    }

    /** -1, 0 or 1. */
    public Tensor sign() {
        return unary(UnaryKind.SIGN);
    }

    public Tensor floor() {
        return unary(UnaryKind.FLOOR);
    }

    public Tensor exp() {
        return unary(UnaryKind.EXP);
    }

    public Tensor log() {
        return unary(UnaryKind.LOG);
    }

    public Tensor sqrt() {
        return unary(UnaryKind.SQRT);
    }

    /** 1 / √x. */
    public Tensor rsqrt() {
        return unary(UnaryKind.RSQRT);
    }

    public Tensor reciprocal() {
        return unary(UnaryKind.RECIPROCAL);
    }

    public Tensor sin() {
        return unary(UnaryKind.SIN);
    }

    public Tensor cos() {
        return unary(UnaryKind.COS);
    }

    public Tensor tanh() {
        return unary(UnaryKind.TANH);
    }

    public Tensor erf() {
        return unary(UnaryKind.ERF);
    }

    public Tensor sigmoid() {
        return unary(UnaryKind.SIGMOID);
    }

    public Tensor square() {
        return mul(this);
    }

    /** x where it is positive, else 0; the gradient at 0 is 0. */
    public Tensor relu() {
        return greater(0).where(this, like(0));
    }

    public Tensor cast(DType dtype) {
        if (dtype == dtype()) {
            return this;
        }
        Tensor f32 = dtype() == DType.F32 || dtype == DType.F32 ? this : graph().add(new Op.Cast(DType.F32), this);
        return graph().add(new Op.Cast(dtype), f32);
    }

    private Tensor unary(UnaryKind kind) {
        return graph().add(new Op.Unary(kind), this);
    }

    private Tensor binary(BinaryKind kind, Tensor other) {
        Shape s = Shape.broadcast(shape(), other.shape());
        return graph().add(new Op.Binary(kind), broadcast(s), other.broadcast(s));
    }

    /** One number, of this tensor's shape and type. */
    public Tensor like(double value) {
        return graph().fill(value, type());
    }

    // ---- movement ---------------------------------------------------------------------------------------------

    /** One size may be -1 and is then found from the others. */
    public Tensor reshape(int... dims) {
        int[] d = dims.clone();
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1) {
                long known = 1;
                for (int j = 0; j < d.length; j++) {
                    known *= j == i ? 1 : d[j];
                }
                d[i] = known == 0 ? 0 : (int) (shape().numel() / known);
            }
        }
        return reshape(Shape.of(d));
    }

    public Tensor reshape(Shape shape) {
        return shape.equals(shape()) ? this : graph().add(new Op.Reshape(shape), this);
    }

    /** The same values as a variable of its own: gradients may be asked with respect to it. */
    public Tensor alias() {
        return graph().add(new Op.Reshape(shape()), this);
    }

    /** Without the axes given, which must have size 1. */
    public Tensor squeeze(int... axes) {
        List<Integer> drop = axes(axes);
        drop.stream().filter(a -> dim(a) != 1).forEach(a -> {
            throw new ShapeError("squeeze axis " + a + " of shape " + shape() + ": its size is not 1");
        });
        return reshape(Shape.of(Op.others(rank(), drop).stream().map(this::dim).toList()));
    }

    /** With a new axis of size 1 at this place of the result. */
    public Tensor unsqueeze(int axis) {
        List<Integer> d = new ArrayList<>(Arrays.stream(shape().dims()).boxed().toList());
        d.add(axis < 0 ? axis + rank() + 1 : axis, 1);
        return reshape(Shape.of(d));
    }

    public Tensor permute(int... axes) {
        return graph().add(new Op.Permute(IntStream.of(axes).mapToObj(shape()::axis).toList()), this);
    }

    /** With two axes swapped. */
    public Tensor transpose(int a, int b) {
        List<Integer> axes = new ArrayList<>(IntStream.range(0, rank()).boxed().toList());
        Collections.swap(axes, shape().axis(a), shape().axis(b));
        return graph().add(new Op.Permute(List.copyOf(axes)), this);
    }

    /** With the last two axes swapped. */
    public Tensor transpose() {
        return transpose(-2, -1);
    }

    /** Repeats axes of size 1, and adds axes in front, to reach a shape. */
    public Tensor broadcast(Shape to) {
        if (to.equals(shape())) {
            return this;
        }
        int[] d = new int[to.rank()];
        Arrays.fill(d, 1);
        System.arraycopy(shape().dims(), 0, d, to.rank() - rank(), rank());
        return graph().add(new Op.Broadcast(to), reshape(Shape.of(d)));
    }

    /** From start (inclusive) to stop (exclusive) along one axis. */
    public Tensor slice(int axis, int start, int stop) {
        return slice(axis, start, stop, 1);
    }

    public Tensor slice(int axis, int start, int stop, int step) {
        List<Integer> starts = all(0);
        List<Integer> stops = new ArrayList<>(Arrays.stream(shape().dims()).boxed().toList());
        List<Integer> steps = all(1);
        int a = shape().axis(axis);
        starts.set(a, start);
        stops.set(a, stop);
        steps.set(a, step);
        return graph().add(new Op.Slice(List.copyOf(starts), List.copyOf(stops), List.copyOf(steps)), this);
    }

    /** Equal parts along an axis. */
    public List<Tensor> split(int axis, int parts) {
        if (dim(axis) % parts != 0) {
            throw new ShapeError("split axis " + axis + " of shape " + shape() + " into " + parts + " equal parts");
        }
        int size = dim(axis) / parts;
        return IntStream.range(0, parts).mapToObj(i -> slice(axis, i * size, (i + 1) * size)).toList();
    }

    /** {@code low} and {@code high} elements of {@code value} more along one axis. */
    public Tensor pad(int axis, int low, int high, double value) {
        return pad(axis, low, high, 0, value);
    }

    /** As {@link #pad(int, int, int, double)}, with {@code inner} elements between neighbours too. */
    public Tensor pad(int axis, int low, int high, int inner, double value) {
        List<Integer> lows = all(0);
        List<Integer> highs = all(0);
        List<Integer> inners = all(0);
        int a = shape().axis(axis);
        lows.set(a, low);
        highs.set(a, high);
        inners.set(a, inner);
        return graph().add(new Op.Pad(List.copyOf(lows), List.copyOf(highs), List.copyOf(inners), value), this);
    }

    public static Tensor concat(int axis, List<Tensor> parts) {
        Tensor first = parts.getFirst();
        return first.graph().add(new Op.Concat(first.shape().axis(axis)), parts).output();
    }

    public Tensor flip(int... axes) {
        return graph().add(new Op.Flip(axes(axes)), this);
    }

    /** Sliding windows along an axis, as a new last axis; see {@link Op.Unfold}. */
    public Tensor unfold(int axis, int size, int step, int dilation) {
        return graph().add(new Op.Unfold(shape().axis(axis), size, step, dilation), this);
    }

    /** The adjoint of {@link #unfold}: adds windows (the last axis) into an axis of this length. */
    public Tensor fold(int axis, int length, int step, int dilation) {
        return graph().add(new Op.Fold(axis, length, step, dilation), this);
    }

    /** Rows along an axis, by I32 indices whose axes take that axis' place. */
    public Tensor gather(int axis, Tensor indices) {
        return graph().add(new Op.Gather(shape().axis(axis)), this, indices);
    }

    /** Adds these rows into zeros at the indices given, along an axis of this size; the adjoint of {@link #gather}. */
    public Tensor scatterAdd(int axis, Tensor indices, int size) {
        return graph().add(new Op.ScatterAdd(axis, size), this, indices);
    }

    /** One element of each row: element {@code indices[i…]} of the last axis; indices have the shape without it. */
    public Tensor pick(Tensor indices) {
        return indices.oneHot(dim(-1)).where(this, like(0)).sum(-1);
    }

    /** The elements at I32 indices of equal rank along the last axis: {@code y[i…, j] = x[i…, indices[i…, j]]}. */
    public Tensor takeAlong(Tensor indices) {
        int n = dim(-1);
        int rows = (int) (n == 0 ? 0 : shape().numel() / n);
        Tensor start = graph().range(rows).mul(n).unsqueeze(-1);                    // (rows, 1)
        Tensor flat = indices.reshape(rows, indices.dim(-1)).add(start);            // (rows, k)
        return reshape(rows * n).gather(0, flat).reshape(indices.shape());
    }

    /** F32 1 at each I32 index along a new last axis of this size, else 0. */
    public Tensor oneHot(int size) {
        Tensor classes = graph().range(size);
        return unsqueeze(-1).equalTo(classes);
    }

    /** With {@code update} written over it along an axis, from the index in {@code start} (I32 [1]) on. */
    public Tensor updateSlice(int axis, Tensor update, Tensor start) {
        return graph().add(new Op.UpdateSlice(shape().axis(axis)), this, update, start);
    }

    // ---- reductions -------------------------------------------------------------------------------------------

    /** Over the axes given, which are dropped; over all if none is given. */
    public Tensor sum(int... axes) {
        return sumKeep(axes).squeeze(orAll(axes));
    }

    /** As {@link #sum}, the axes staying with size 1. */
    public Tensor sumKeep(int... axes) {
        return graph().add(new Op.Reduce(ReduceKind.SUM, axes(orAll(axes))), this);
    }

    public Tensor mean(int... axes) {
        return meanKeep(axes).squeeze(orAll(axes));
    }

    public Tensor meanKeep(int... axes) {
        double n = 1;
        for (int axis : axes(orAll(axes))) {
            n *= dim(axis);
        }
        return sumKeep(axes).mul(1 / n);
    }

    public Tensor max(int... axes) {
        return maxKeep(axes).squeeze(orAll(axes));
    }

    public Tensor maxKeep(int... axes) {
        return graph().add(new Op.Reduce(ReduceKind.MAX, axes(orAll(axes))), this);
    }

    public Tensor cumulativeSum(int axis) {
        return graph().add(new Op.CumulativeSum(shape().axis(axis)), this);
    }

    /** The I32 indices of the k largest along the last axis, largest first. */
    public Tensor topK(int k) {
        return graph().add(new Op.TopK(k), this);
    }

    /** The I32 index of the largest along an axis, which is dropped; the first one among equals. */
    public Tensor argmax(int axis) {
        return transpose(axis, -1).topK(1).transpose(axis, -1).squeeze(axis);
    }

    // ---- contractions -----------------------------------------------------------------------------------------

    /** [… M, K] × [… K, N] → [… M, N]; axes in front broadcast. */
    public Tensor matmul(Tensor other) {
        if (rank() > 2 && other.rank() == 2) {                       // (…, K) × (K, N): one product of many rows
            int rows = (int) shape().slice(0, rank() - 1).numel();
            Tensor product = graph().add(new Op.MatMul(), reshape(rows, dim(-1)), other);
            return product.reshape(shape().with(-1, other.dim(-1)));
        }
        if (rank() < 2 || other.rank() < 2) {
            return graph().add(new Op.MatMul(), this, other);        // reports the shapes
        }
        Shape batch = Shape.broadcast(shape().slice(0, rank() - 2), other.shape().slice(0, other.rank() - 2));
        return graph().add(new Op.MatMul(),
                broadcast(batch.concat(shape().slice(rank() - 2, rank()))),
                other.broadcast(batch.concat(other.shape().slice(other.rank() - 2, other.rank()))));
    }

    // ---- named fast ops ---------------------------------------------------------------------------------------

    /** x Φ(x), by erf; see {@link Gelu}. */
    public Tensor gelu() {
        return graph().add(new Gelu(false), this);
    }

    /** The tanh approximation of {@link #gelu}, as in GPT-2. */
    public Tensor geluTanh() {
        return graph().add(new Gelu(true), this);
    }

    /** x σ(x). */
    public Tensor silu() {
        return graph().add(new Silu(), this);
    }

    /** Along the last axis. */
    public Tensor softmax() {
        return graph().add(new Softmax(), this);
    }

    /** Along the last axis. */
    public Tensor logSoftmax() {
        return graph().add(new LogSoftmax(), this);
    }

    /** These logits (N, V) against I32 targets (N) → the loss of each row (N), 0 where the target is negative. */
    public Tensor crossEntropy(Tensor targets) {
        return graph().add(new CrossEntropy(), this, targets);
    }

    /** Over the last axis (…, C); weight and bias (C). */
    public Tensor layerNorm(Tensor weight, Tensor bias, double eps) {
        return graph().add(new LayerNorm(eps), this, weight, bias);
    }

    /** Over the last axis (…, C); weight (C). */
    public Tensor rmsNorm(Tensor weight, double eps) {
        return graph().add(new RmsNorm(eps), this, weight);
    }

    /** Of (N, C, …); weight and bias (C). */
    public Tensor groupNorm(int groups, Tensor weight, Tensor bias, double eps) {
        return graph().add(new GroupNorm(groups, eps), this, weight, bias);
    }

    /** Of (N, C, …) in training; weight and bias (C) → y, the batch's mean (C) and biased variance (C). */
    public List<Tensor> batchNorm(Tensor weight, Tensor bias, double eps) {
        return graph().add(new BatchNorm(eps), List.of(this, weight, bias)).outputs();
    }

    /** These queries (B, T, H, D) look at k (B, S, Hkv, D), scaled by 1 / √D, and take of v (B, S, Hkv, Dv). */
    public Tensor attention(Tensor k, Tensor v, boolean causal) {
        return graph().add(new Attention(causal, 1 / Math.sqrt(dim(-1))), this, k, v);
    }

    /** Causal attention with a cache: query i stands at position offset + i, offset being I32 [1]. */
    public Tensor attention(Tensor k, Tensor v, Tensor offset) {
        return graph().add(new Attention(true, 1 / Math.sqrt(dim(-1))), this, k, v, offset);
    }

    /** Turns the pairs of (B, T, H, D) by angles whose cos and sin are (T, D/2); see {@link Rotary}. */
    public Tensor rotary(Tensor cos, Tensor sin, boolean interleaved) {
        return graph().add(new Rotary(interleaved), this, cos, sin);
    }

    /** Of (N, C, spatial…) with w (O, C / groups, kernel…), the same numbers along every spatial axis. */
    public Tensor convolution(Tensor w, int stride, int pad, int dilation, int groups) {
        return graph().add(Convolution.same(rank() - 2, stride, pad, dilation, groups), this, w);
    }

    /** Of (N, C, spatial…) with w (C, O / groups, kernel…), the same numbers along every spatial axis. */
    public Tensor transposedConvolution(Tensor w, int stride, int pad, int outputPad, int dilation, int groups) {
        return graph().add(TransposedConvolution.same(rank() - 2, stride, pad, outputPad, dilation, groups), this, w);
    }

    /** Of (N, C, spatial…), the same numbers along every spatial axis. */
    public Tensor maxPool(int kernel, int stride, int pad) {
        return graph().add(MaxPool.same(rank() - 2, kernel, stride, pad, 1), this);
    }

    /** Of (N, C, spatial…), the same numbers along every spatial axis; padding counts as zeros. */
    public Tensor averagePool(int kernel, int stride, int pad) {
        return graph().add(AveragePool.same(rank() - 2, kernel, stride, pad), this);
    }

    /** Of (…, samples), frames being centred → real and imaginary parts (…, nFft / 2 + 1, frames); see {@link Stft}. */
    public List<Tensor> stft(int nFft, int hop, Tensor window) {
        return graph().add(Stft.centred(nFft, hop), List.of(this, window)).outputs();
    }

    /** The inverse of {@link #stft}: these real parts with imaginary parts → (…, (frames - 1) · hop). */
    public Tensor inverseStft(Tensor imaginary, int nFft, int hop, Tensor window) {
        return graph().add(InverseStft.centred(nFft, hop), this, imaginary, window);
    }

    // ---- now --------------------------------------------------------------------------------------------------

    /** Compiles and runs what leads to this tensor, for the curious; inputs cannot be given. */
    public Storage eval() {
        try (Program p = Rewrite.extract(this).compile(Executors.best())) {
            p.run();
            return p.output("value");
        }
    }

    // ---- axes -------------------------------------------------------------------------------------------------

    private int[] orAll(int... axes) {
        return axes.length == 0 ? IntStream.range(0, rank()).toArray() : axes;
    }

    private List<Integer> axes(int... axes) {
        return IntStream.of(axes).map(shape()::axis).sorted().boxed().toList();
    }

    private List<Integer> all(int value) {
        return new ArrayList<>(Collections.nCopies(rank(), value));
    }

    @Override
    public String toString() {
        return "%" + node.id() + (index == 0 ? "" : "." + index) + " " + type();
    }
}
