package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.ReduceKind;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Equal nodes become one, numbers are folded, and movements that undo each other go. One instance serves one graph. */
final class Simplify implements Rewrite.Rule {

    private record Key(Op op, List<Tensor> operands) {}

    private final Map<Key, List<Tensor>> seen = new HashMap<>();

    @Override
    public List<Tensor> emit(Graph g, Node node, List<Tensor> in) {
        boolean isNamed = node.op() instanceof Op.Input || node.op() instanceof Op.Read;
        return isNamed ? Rewrite.COPY.emit(g, node, in) : emit(g, node.op(), in);
    }

    private List<Tensor> emit(Graph g, Op op, List<Tensor> in) {
        Key key = new Key(op, in);
        List<Tensor> known = seen.get(key);
        if (known == null) {
            Tensor simpler = simplify(g, op, in);
            known = simpler != null ? List.of(simpler) : g.add(op, in).outputs();
            seen.put(key, known);
        }
        return known;
    }

    /** A node of a simpler form, itself simplified. */
    private Tensor make(Graph g, Op op, Tensor... in) {
        return emit(g, op, List.of(in)).getFirst();
    }

    private Tensor fill(Graph g, double value, TensorType type) {
        return make(g, new Op.Fill(type, value));
    }

    /** An equal tensor that costs less, or null. */
    private Tensor simplify(Graph g, Op op, List<Tensor> in) {
        return switch (op) {
            case Op.Movement _ when isWidened(in.getFirst()) && movesFirstOnly(op) -> widenLater(g, op, in);
            case Op.Unary u -> unary(g, u, in.get(0));
            case Op.Binary b -> binary(g, b.kind(), in.get(0), in.get(1));
            case Op.Where _ -> number(in.get(0)) == null ? null : number(in.get(0)) != 0 ? in.get(1) : in.get(2);
            case Op.Cast c when c.dtype() == in.get(0).dtype() -> in.get(0);
            case Op.Reshape r -> r.barrier() == 0 ? reshape(g, r.shape(), in.get(0)) : null;
            case Op.Permute p -> permute(g, p.axes(), in.get(0));
            case Op.Broadcast b -> broadcast(g, b.shape(), in.get(0));
            case Op.Slice s when s.infer(List.of(in.get(0).type())).getFirst().equals(in.get(0).type()) -> in.get(0);
            case Op.Pad p when isZero(p.low()) && isZero(p.high()) && isZero(p.inner()) -> in.get(0);
            case Op.Concat _ when in.size() == 1 -> in.get(0);
            case Op.Reduce r -> reduce(g, r, in.get(0));
            default -> null;
        };
    }

    /** Narrow storage is moved as it is and widened where it is used: a product reads bf16 weights directly. */
    private Tensor widenLater(Graph g, Op op, List<Tensor> in) {
        List<Tensor> narrow = new ArrayList<>(in);
        narrow.set(0, in.getFirst().node().input(0));
        return make(g, new Op.Cast(DType.F32), emit(g, op, List.copyOf(narrow)).getFirst());
    }

    private static boolean isWidened(Tensor t) {
        return t.node().op() instanceof Op.Cast && !t.node().input(0).dtype().isArithmetic();
    }

    private static boolean movesFirstOnly(Op op) {
        return switch (op) {
            case Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Slice _, Op.Flip _, Op.Unfold _, Op.Gather _ -> true;
            default -> false;
        };
    }

    private Tensor unary(Graph g, Op.Unary u, Tensor x) {
        if (u.kind() == UnaryKind.NEG && x.node().op() instanceof Op.Unary(UnaryKind k) && k == UnaryKind.NEG) {
            return x.node().input(0);
        }
        if (u.kind() == UnaryKind.NEG && number(x) != null) {
            return fill(g, -number(x), x.type());
        }
        return null;
    }

    private Tensor binary(Graph g, BinaryKind kind, Tensor a, Tensor b) {
        Double x = number(a);
        Double y = number(b);
        boolean f32 = a.dtype().isFloat();
        return switch (kind) {
            case ADD -> x != null && y != null && f32 ? fill(g, x + y, a.type())
                    : isNumber(a, 0) ? b : isNumber(b, 0) ? a : disjoint(g, a, b);
            case SUB -> x != null && y != null && f32 ? fill(g, x - y, a.type()) : isNumber(b, 0) ? a : null;
            case MUL -> x != null && y != null && f32 ? fill(g, x * y, a.type())
                    : isNumber(a, 1) ? b : isNumber(b, 1) ? a : isNumber(a, 0) ? a : isNumber(b, 0) ? b : null;
            case DIV -> isNumber(b, 1) ? a : null;
            case POW -> isNumber(b, 1) ? a : isNumber(b, 2) ? make(g, new Op.Binary(BinaryKind.MUL), a, a) : null;
            default -> null;
        };
    }

    /** The sum of two tensors, each zero where the other is not, side by side along one axis: their concatenation. */
    private Tensor disjoint(Graph g, Tensor a, Tensor b) {
        if (!(a.node().op() instanceof Op.Pad p && b.node().op() instanceof Op.Pad q)
                || p.value() != 0 || q.value() != 0 || !isZero(p.inner()) || !isZero(q.inner())) {
            return null;
        }
        Tensor x = a.node().input(0);
        Tensor y = b.node().input(0);
        int axis = -1;
        for (int i = 0; i < a.rank(); i++) {
            if (!p.low().get(i).equals(q.low().get(i)) || !p.high().get(i).equals(q.high().get(i))) {
                if (axis >= 0) {
                    return null;
                }
                axis = i;
            }
        }
        if (axis < 0) {
            return null;
        }
        boolean aFirst = p.low().get(axis) + x.dim(axis) == q.low().get(axis);
        boolean bFirst = q.low().get(axis) + y.dim(axis) == p.low().get(axis);
        if (!aFirst && !bFirst) {
            return null;
        }
        List<Tensor> parts = new ArrayList<>();
        for (Tensor part : aFirst ? List.of(x, y) : List.of(y, x)) {
            boolean flatten = part.node().op() instanceof Op.Concat c && c.axis() == axis;
            parts.addAll(flatten ? part.node().inputs() : List.of(part));
        }
        Op.Pad first = aFirst ? p : q;
        Op.Pad last = aFirst ? q : p;
        List<Integer> high = new ArrayList<>(first.high());
        high.set(axis, last.high().get(axis));
        Tensor joined = emit(g, new Op.Concat(axis), parts).getFirst();
        Op.Pad rest = new Op.Pad(first.low(), List.copyOf(high), first.inner(), 0);
        return make(g, rest, joined);
    }

    private Tensor reshape(Graph g, Shape shape, Tensor x) {
        if (x.shape().equals(shape)) {
            return x;
        }
        if (number(x) != null) {
            return fill(g, number(x), x.type().with(shape));
        }
        if (x.node().op() instanceof Op.Reshape r && r.barrier() == 0) {
            Tensor inner = x.node().input(0);
            return inner.shape().equals(shape) ? inner : make(g, new Op.Reshape(shape), inner);
        }
        return null;
    }

    private Tensor permute(Graph g, List<Integer> axes, Tensor x) {
        if (IntStream.range(0, axes.size()).allMatch(i -> axes.get(i) == i)) {
            return x;
        }
        if (number(x) != null) {
            return fill(g, number(x), new Op.Permute(axes).infer(List.of(x.type())).getFirst());
        }
        if (x.node().op() instanceof Op.Permute inner) {
            List<Integer> both = axes.stream().map(inner.axes()::get).toList();
            Tensor origin = x.node().input(0);
            boolean identity = IntStream.range(0, both.size()).allMatch(i -> both.get(i) == i);
            return identity ? origin : make(g, new Op.Permute(both), origin);
        }
        return null;
    }

    private Tensor broadcast(Graph g, Shape shape, Tensor x) {
        if (x.shape().equals(shape)) {
            return x;
        }
        if (number(x) != null) {
            return fill(g, number(x), x.type().with(shape));
        }
        return x.node().op() instanceof Op.Broadcast ? make(g, new Op.Broadcast(shape), x.node().input(0)) : null;
    }

    private Tensor reduce(Graph g, Op.Reduce r, Tensor x) {
        List<Integer> wide = r.axes().stream().filter(a -> x.dim(a) != 1).toList();
        if (wide.isEmpty()) {
            return x;
        }
        if (wide.size() < r.axes().size()) {
            return make(g, new Op.Reduce(r.kind(), wide), x);
        }
        int last = wide.getLast();
        if (last - wide.getFirst() != wide.size() - 1) {          // one run of axes at a time, the innermost first
            int run = wide.size() - 1;
            while (wide.get(run - 1) == wide.get(run) - 1) {
                run--;
            }
            Tensor inner = make(g, new Op.Reduce(r.kind(), wide.subList(run, wide.size())), x);
            return make(g, new Op.Reduce(r.kind(), wide.subList(0, run)), inner);
        }
        if (r.kind() == ReduceKind.SUM && number(x) != null && x.dtype().isFloat()) {
            long n = 1;
            for (int a : wide) {
                n *= x.dim(a);
            }
            return fill(g, number(x) * n, r.infer(List.of(x.type())).getFirst());
        }
        return null;
    }

    /** The number that fills a tensor, or null. */
    private static Double number(Tensor t) {
        return t.node().op() instanceof Op.Fill f ? f.value() : null;
    }

    private static boolean isNumber(Tensor t, double value) {
        return number(t) != null && number(t) == value;
    }

    private static boolean isZero(List<Integer> numbers) {
        return numbers.equals(Collections.nCopies(numbers.size(), 0));
    }
}
