package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.LogSoftmax;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.fast.Rotary;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Kinds of kernels, each with a small sample of ragged shapes that shows whether a device computes it rightly. */
enum KernelFamily {

    ELEMENT_WISE(CellCode::has, g -> {
        Tensor x = x(g, 7, 13);
        return x.mul(x).add(x.tanh()).gelu().maximum(x.exp().sqrt().sub(1)).div(x.cos().add(3));
    }),
    MATMUL(op -> op instanceof Op.MatMul, g -> join(products(g))),
    REDUCE(op -> op instanceof Op.Reduce, g -> {
        Tensor x = x(g, 13, 70, 5);
        return x.square().sum(1).add(x.max(1));
    }),
    CONCAT(op -> op instanceof Op.Concat, g -> Tensor.concat(1, List.of(x(g, 3, 7), y(g, 3, 4)))),
    PAD(op -> op instanceof Op.Pad, g -> x(g, 3, 7).pad(1, 2, 1, 0.5)),
    GATHER(op -> op instanceof Op.Gather, g -> x(g, 3, 7).gather(1, indices(g, 6, 0, 3, 3))),
    SCATTER_ADD(op -> op instanceof Op.ScatterAdd, g -> x(g, 3, 4).scatterAdd(1, indices(g, 6, 0, 3, 3), 7)),
    UPDATE_SLICE(op -> op instanceof Op.UpdateSlice, g -> x(g, 3, 7).updateSlice(1, y(g, 3, 2), indices(g, 4))),
    FOLD(op -> op instanceof Op.Fold, g -> x(g, 3, 5, 4).fold(1, 8, 1, 1)),
    CUMULATIVE_SUM(op -> op instanceof Op.CumulativeSum, g -> x(g, 3, 17).cumulativeSum(1)),
    TOP_K(op -> op instanceof Op.TopK, g -> x(g, 3, 17).topK(5).cast(DType.F32)),
    RANDOM(op -> op instanceof Op.Random, g -> {
        g.randomFrom(new State("random", Storage.of(Shape.of(2), 3, 5)));
        return g.uniform(Shape.of(13)).add(g.normal(Shape.of(13)));
    }),
    NORM(isForward(LayerNorm.class, RmsNorm.class), g -> join(norms(g))),
    NORM_GRADIENT(isGradient(LayerNorm.class, RmsNorm.class), g -> gradients(g, norms(g))),
    SOFTMAX(isForward(Softmax.class, LogSoftmax.class), g -> join(softmaxes(g))),
    SOFTMAX_GRADIENT(isGradient(Softmax.class, LogSoftmax.class), g -> gradients(g, softmaxes(g))),
    CROSS_ENTROPY(isForward(CrossEntropy.class), g -> join(crossEntropy(g))),
    CROSS_ENTROPY_GRADIENT(isGradient(CrossEntropy.class), g -> gradients(g, crossEntropy(g))),
    ATTENTION(isForward(Attention.class), g -> join(attention(g))),
    ATTENTION_GRADIENT(isGradient(Attention.class), g -> gradients(g, attention(g))),
    ROTARY(isForward(Rotary.class), g -> join(rotary(g))),
    ROTARY_GRADIENT(isGradient(Rotary.class), g -> gradients(g, rotary(g))),
    CONVOLUTION(isForward(Convolution.class, TransposedConvolution.class), g -> join(convolutions(g))),
    CONVOLUTION_GRADIENT(isGradient(Convolution.class, TransposedConvolution.class),
            g -> gradients(g, convolutions(g))),
    POOL(isForward(MaxPool.class, AveragePool.class), g -> join(pools(g))),
    POOL_GRADIENT(isGradient(MaxPool.class, AveragePool.class), g -> gradients(g, pools(g))),
    CHANNEL_NORM(isForward(GroupNorm.class, BatchNorm.class), g -> join(channelNorms(g))),
    CHANNEL_NORM_GRADIENT(isGradient(GroupNorm.class, BatchNorm.class), g -> gradients(g, channelNorms(g)));

    private final Predicate<Op> members;
    private final Function<Graph, Tensor> sample;

    KernelFamily(Predicate<Op> members, Function<Graph, Tensor> sample) {
        this.members = members;
        this.sample = sample;
    }

    /** The family that an op's kernel belongs to; none if it has no kernel of its own. */
    static Optional<KernelFamily> of(Op op) {
        return Stream.of(values()).filter(family -> family.members.test(op)).findFirst();
    }

    /** Appends a computation with inputs in [-1, 1), whose result is F32. */
    Tensor sample(Graph g) {
        return sample.apply(g);
    }

    private static Tensor x(Graph g, int... dims) {
        return g.input("x", DType.F32, dims);
    }

    private static Tensor y(Graph g, int... dims) {
        return g.input("y", DType.F32, dims);
    }

    private static Tensor z(Graph g, int... dims) {
        return g.input("z", DType.F32, dims);
    }

    /**
     * Each way to multiply: by elements, by vectors of columns, and along the sum; in several tiles where there are
     * any.
     */
    private static List<Tensor> products(Graph g) {
        Tensor x = x(g, 3, 17, 13);
        Tensor wide = g.input("wide", DType.F32, 13, 80);
        Tensor deep = g.input("deep", DType.F32, 67, 35);
        return List.of(x.matmul(y(g, 3, 19, 13).transpose()).relu(), x.matmul(wide).relu(),
                deep.matmul(z(g, 70, 35).transpose()).relu());
    }

    /** By vectors of places and by elements, with strides, dilations, and groups; a transposed one with phases. */
    private static List<Tensor> convolutions(Graph g) {
        Tensor x = x(g, 2, 4, 9, 11);
        Tensor plane = g.add(Convolution.same(2, 2, 1, 1, 1), List.of(x, y(g, 7, 4, 3, 3))).outputs().getFirst();
        Tensor line = g.add(Convolution.same(1, 1, 1, 2, 2),
                List.of(x.reshape(2, 4, 99).slice(2, 0, 13), z(g, 6, 2, 3))).outputs().getFirst();
        Tensor up = g.add(TransposedConvolution.same(1, 3, 1, 1, 1, 2),
                List.of(line.slice(1, 0, 4), g.input("w", DType.F32, 4, 3, 4))).outputs().getFirst();
        return List.of(plane.relu(), line, up);
    }

    private static List<Tensor> pools(Graph g) {
        Tensor x = x(g, 2, 3, 9, 11);
        return List.of(g.add(MaxPool.same(2, 3, 2, 1, 1), List.of(x)).outputs().getFirst(),
                g.add(AveragePool.same(2, 3, 2, 1), List.of(x)).outputs().getFirst());
    }

    /** Of sets large enough to be shared among threads. */
    private static List<Tensor> channelNorms(Graph g) {
        List<Tensor> operands = List.of(x(g, 2, 4, 37, 29), y(g, 4), z(g, 4));
        List<Tensor> results = new ArrayList<>(g.add(new BatchNorm(0.1), operands).outputs());
        results.addAll(g.add(new GroupNorm(2, 0.1), operands).outputs());
        return results;
    }

    private static List<Tensor> norms(Graph g) {
        Tensor x = x(g, 1031, 3);
        Tensor weight = y(g, 3);
        List<Tensor> y = g.add(new LayerNorm(0.1), List.of(x, weight, z(g, 3))).outputs();
        return List.of(y.getFirst(), g.add(new RmsNorm(0.1), List.of(x, weight)).outputs().getFirst());
    }

    private static List<Tensor> softmaxes(Graph g) {
        Tensor x = x(g, 7, 13);
        return List.of(g.add(new Softmax(), List.of(x)).outputs().getFirst(),
                g.add(new LogSoftmax(), List.of(x)).outputs().getFirst());
    }

    private static List<Tensor> crossEntropy(Graph g) {
        return g.add(new CrossEntropy(), List.of(x(g, 5, 13), indices(g, 0, 12, -1, 7, 3))).outputs();
    }

    private static List<Tensor> attention(Graph g) {
        Tensor q = x(g, 2, 7, 4, 17);
        Tensor k = y(g, 2, 13, 2, 17);
        return g.add(new Attention(true, 0.5), List.of(q, k, z(g, 2, 13, 2, 19))).outputs();
    }

    private static List<Tensor> rotary(Graph g) {
        return g.add(new Rotary(true), List.of(x(g, 2, 3, 3, 10), y(g, 3, 5), z(g, 3, 5))).outputs();
    }

    /** The gradients of results by all inputs, with the results for their own gradients. */
    private static Tensor gradients(Graph g, List<Tensor> results) {
        return join(Grad.vjp(results, results, List.copyOf(g.inputs().values())));
    }

    /** All elements in one row. */
    private static Tensor join(List<Tensor> tensors) {
        return Tensor.concat(0, tensors.stream().map(t -> t.reshape(Shape.of((int) t.shape().numel()))).toList());
    }

    @SafeVarargs
    private static Predicate<Op> isForward(Class<? extends Composite>... ops) {
        return op -> Stream.of(ops).anyMatch(c -> c.isInstance(op));
    }

    @SafeVarargs
    private static Predicate<Op> isGradient(Class<? extends Composite>... ops) {
        return op -> op instanceof Backward b && isForward(ops).test(b.op());
    }

    private static Tensor indices(Graph g, int... values) {
        return g.constant(Storage.of(Shape.of(values.length), values));
    }
}
