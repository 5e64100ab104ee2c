package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
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
    MATMUL(op -> op instanceof Op.MatMul, g -> x(g, 3, 17, 13).matmul(y(g, 3, 19, 13).transpose()).relu()),
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
    });

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

    private static Tensor indices(Graph g, int... values) {
        return g.constant(Storage.of(Shape.of(values.length), values));
    }
}
