package dev.sirocco.tensor.grad;

import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.ReduceKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Reverse-mode differentiation from graph to graph. One rule for each primitive, written with ops that have rules
 * themselves, so gradients can be differentiated again.
 */
public final class Grad {

    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private Grad() {}

    /**
     * The gradients of a loss.
     *
     * @param loss F32 with one element
     * @param wrt tensors that the loss depends on; zeros come back for those that it does not
     */
    public static List<Tensor> of(Tensor loss, List<Tensor> wrt) {
        if (loss.shape().numel() != 1) {
            throw new ShapeError("the gradient of " + loss.type() + ": a loss has one element");
        }
        return vjp(List.of(loss), List.of(loss.like(1)), wrt);
    }

    /** The gradients of Σ outputs · cotangents: one for each of {@code wrt}, with its shape. */
    public static List<Tensor> vjp(List<Tensor> outputs, List<Tensor> cotangents, List<Tensor> wrt) {
        Graph g = outputs.getFirst().graph();
        int end = g.nodes().size();
        BitSet dependent = dependents(g, wrt, end);
        Map<Tensor, Tensor> gradients = new HashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
            gradients.merge(outputs.get(i), cotangents.get(i), Tensor::add);
        }
        for (int id = dependent.length() - 1; id >= 0; id = id == 0 ? -1 : dependent.previousSetBit(id - 1)) {
            Node node = g.nodes().get(id);
            if (node.inputs().stream().noneMatch(t -> dependent.get(t.node().id()))
                    || node.outputs().stream().noneMatch(gradients::containsKey)) {
                continue;
            }
            try (var _ = g.at(node.path())) {
                List<Tensor> dy = node.outputs().stream()
                        .map(t -> gradients.containsKey(t) ? gradients.get(t) : t.like(0)).toList();
                List<Tensor> dx = rule(node, dy);
                for (int i = 0; i < dx.size(); i++) {
                    Tensor x = node.input(i);
                    if (dx.get(i) != null && dependent.get(x.node().id())) {
                        gradients.merge(x, dx.get(i), Tensor::add);
                    }
                }
            }
        }
        return wrt.stream().map(t -> gradients.containsKey(t) ? gradients.get(t) : t.like(0)).toList();
    }

    private static BitSet dependents(Graph g, List<Tensor> wrt, int end) {
        BitSet dependent = new BitSet(end);
        wrt.forEach(t -> dependent.set(t.node().id()));
        for (int id = 0; id < end; id++) {
            if (g.nodes().get(id).inputs().stream().anyMatch(t -> dependent.get(t.node().id()))) {
                dependent.set(id);
            }
        }
        return dependent;
    }

    /** The gradients of a node's operands from those of its outputs; null where there is none. */
    private static List<Tensor> rule(Node n, List<Tensor> grads) {
        Tensor dy = grads.getFirst();
        return switch (n.op()) {
            case Op.Leaf _, Op.TopK _ -> none(n);
            case Op.Unary u -> List.of(unary(u.kind(), n.input(0), n.output(), dy));
            case Op.Binary b -> binary(b.kind(), n.input(0), n.input(1), n.output(), dy);
            case Op.Where _ -> Arrays.asList(null,
                    n.input(0).where(dy, dy.like(0)), n.input(0).where(dy.like(0), dy));
            case Op.Cast _ -> Collections.singletonList(
                    n.input(0).dtype().isFloat() && dy.dtype().isFloat() ? dy.cast(n.input(0).dtype()) : null);

            case Op.Reshape _ -> List.of(dy.reshape(n.input(0).shape()));
            case Op.Permute p -> List.of(dy.permute(inverse(p.axes())));
            case Op.Broadcast b -> List.of(unbroadcast(dy, n.input(0).shape()));
            case Op.Slice s -> List.of(unslice(dy, s, n.input(0).shape()));
            case Op.Pad p -> List.of(unpad(dy, p, n.input(0).shape()));
            case Op.Concat c -> unconcat(dy, c.axis(), n.inputs());
            case Op.Flip f -> List.of(dy.flip(ints(f.axes())));
            case Op.Unfold u -> List.of(dy.fold(u.axis(), n.input(0).dim(u.axis()), u.step(), u.dilation()));
            case Op.Fold f -> List.of(dy.unfold(f.axis(), n.input(0).dim(-1), f.step(), f.dilation()));
            case Op.UpdateSlice u -> updateSlice(u.axis(), n.input(1), n.input(2), dy);
            case Op.Gather ga -> Arrays.asList(dy.scatterAdd(ga.axis(), n.input(1), n.input(0).dim(ga.axis())), null);
            case Op.ScatterAdd s -> Arrays.asList(dy.gather(s.axis(), n.input(1)), null);

            case Op.Reduce r when r.kind() == ReduceKind.SUM -> List.of(dy.broadcast(n.input(0).shape()));
            case Op.Reduce r -> List.of(max(r, n.input(0), n.output(), dy));
            case Op.CumulativeSum c -> List.of(dy.flip(c.axis()).cumulativeSum(c.axis()).flip(c.axis()));
            case Op.MatMul _ -> matmul(n.input(0), n.input(1), dy);

            case Composite c -> composite(n, new Backward(c, n.inputs().size()), grads);
            case Backward b -> {
                // Variables of their own, as in Backward.compose.
                List<Tensor> x = n.inputs().stream().map(Tensor::alias).toList();
                yield vjp(b.compose(x), grads, x);
            }
        };
    }

    /** The gradient of a transposed factor is a transposed product, so that what was transposed has one like itself. */
    private static List<Tensor> matmul(Tensor a, Tensor b, Tensor dy) {
        return List.of(
                isTransposed(a) ? b.matmul(dy.transpose()).transpose() : dy.matmul(b.transpose()),
                isTransposed(b) ? dy.transpose().matmul(a).transpose() : a.transpose().matmul(dy));
    }

    private static boolean isTransposed(Tensor t) {
        return t.node().op() instanceof Op.Permute p
                && p.axes().get(t.rank() - 1) == t.rank() - 2 && p.axes().get(t.rank() - 2) == t.rank() - 1;
    }

    private static Tensor unary(Op.UnaryKind kind, Tensor x, Tensor y, Tensor dy) {
        return switch (kind) {
            case NEG -> dy.neg();
            case ABS -> dy.mul(x.sign());
            case SIGN, FLOOR -> dy.like(0);
            case EXP -> dy.mul(y);
            case LOG -> dy.div(x);
            case SQRT -> dy.div(y.mul(2));
            case RSQRT -> dy.mul(y.mul(y).mul(y)).mul(-0.5);
            case RECIPROCAL -> dy.mul(y.mul(y)).neg();
            case SIN -> dy.mul(x.cos());
            case COS -> dy.mul(x.sin()).neg();
            case TANH -> dy.mul(y.like(1).sub(y.mul(y)));
            case ERF -> dy.mul(x.square().neg().exp().mul(TWO_OVER_SQRT_PI));
            case SIGMOID -> dy.mul(y.mul(y.like(1).sub(y)));
        };
    }

    private static List<Tensor> binary(BinaryKind kind, Tensor a, Tensor b, Tensor y, Tensor dy) {
        if (a.dtype() == DType.I32) {
            return Arrays.asList(null, null);
        }
        return switch (kind) {
            case ADD -> List.of(dy, dy);
            case SUB -> List.of(dy, dy.neg());
            case MUL -> List.of(dy.mul(b), dy.mul(a));
            case DIV -> List.of(dy.div(b), dy.mul(y).div(b).neg());
            case POW -> List.of(
                    dy.mul(b).mul(a.pow(b.sub(1))),
                    dy.mul(a.equalTo(a.like(0)).where(a.like(0), y.mul(a.log()))));
            case MAX -> shares(dy, a, b);
            case MIN -> shares(dy, b, a);
            case LESS, LESS_EQUAL, EQUAL -> Arrays.asList(null, null);
        };
    }

    /** The larger operand gets the gradient; equal ones get half each, as in PyTorch. */
    private static List<Tensor> shares(Tensor dy, Tensor a, Tensor b) {
        Tensor half = a.equalTo(b).mul(0.5);
        return List.of(dy.mul(b.less(a).add(half)), dy.mul(a.less(b).add(half)));
    }

    /** The gradient is shared evenly among equal maxima, as in PyTorch's amax. */
    private static Tensor max(Op.Reduce r, Tensor x, Tensor y, Tensor dy) {
        Tensor isMax = x.equalTo(y);
        Tensor count = isMax.sumKeep(ints(r.axes()));
        return isMax.mul(dy.div(count));
    }

    private static Tensor unbroadcast(Tensor dy, Shape shape) {
        int[] repeated = IntStream.range(0, shape.rank()).filter(i -> shape.dim(i) != dy.dim(i)).toArray();
        return repeated.length == 0 ? dy : dy.sumKeep(repeated);
    }

    private static Tensor unslice(Tensor dy, Op.Slice s, Shape shape) {
        List<Integer> inner = s.steps().stream().map(step -> step - 1).toList();
        List<Integer> high = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            int reach = dy.dim(i) + Math.max(0, dy.dim(i) - 1) * inner.get(i);
            high.add(shape.dim(i) - s.starts().get(i) - reach);
        }
        return dy.graph().add(new Op.Pad(s.starts(), List.copyOf(high), inner, 0), dy);
    }

    private static Tensor unpad(Tensor dy, Op.Pad p, Shape shape) {
        List<Integer> steps = p.inner().stream().map(i -> i + 1).toList();
        List<Integer> stops = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            stops.add(dy.dim(i) - p.high().get(i));
        }
        return dy.graph().add(new Op.Slice(p.low(), List.copyOf(stops), steps), dy);
    }

    private static List<Tensor> unconcat(Tensor dy, int axis, List<Tensor> parts) {
        List<Tensor> grads = new ArrayList<>();
        int start = 0;
        for (Tensor part : parts) {
            grads.add(dy.slice(axis, start, start + part.dim(axis)));
            start += part.dim(axis);
        }
        return grads;
    }

    private static List<Tensor> updateSlice(int axis, Tensor update, Tensor start, Tensor dy) {
        Tensor rows = dy.graph().range(update.dim(axis)).add(start);
        return Arrays.asList(dy.updateSlice(axis, update.like(0), start), dy.gather(axis, rows), null);
    }

    private static List<Tensor> composite(Node n, Backward backward, List<Tensor> grads) {
        List<Tensor> operands = new ArrayList<>(n.inputs());
        operands.addAll(n.outputs());
        operands.addAll(grads);
        List<Tensor> dx = backward.op().keepsGradient()
                ? n.graph().add(backward, operands).outputs()
                : backward.compose(operands);
        List<Tensor> all = none(n);
        int[] differentiable = backward.differentiable(n.inputs());
        for (int i = 0; i < differentiable.length; i++) {
            all.set(differentiable[i], dx.get(i));
        }
        return all;
    }

    private static List<Tensor> none(Node n) {
        return new ArrayList<>(Collections.nCopies(n.inputs().size(), null));
    }

    private static int[] inverse(List<Integer> axes) {
        int[] inverse = new int[axes.size()];
        for (int i = 0; i < inverse.length; i++) {
            inverse[axes.get(i)] = i;
        }
        return inverse;
    }

    private static int[] ints(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }
}
