package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.ReduceKind;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * What a graph's numbers lie between, whatever its inputs are: interval arithmetic through the ops that indices are
 * made of, to see that an index is always in its range.
 */
public final class Bounds {

    /** Whole numbers up to this one are exact in F32, so rounding does not lead out of bounds that are among them. */
    private static final double EXACT = 1 << 24;
    private static final Range TRUTH = new Range(0, 1);

    /** Both ends belong to it. */
    public record Range(double least, double most) {

        public boolean isWithin(double from, double to) {
            return least >= from && most <= to;
        }

        private Range with(Range other) {
            return new Range(Math.min(least, other.least), Math.max(most, other.most));
        }
    }

    private final Map<Tensor, Optional<Range>> known = new HashMap<>();

    /** What a tensor's elements lie between; empty if nothing is known, and for floats that may be NaN. */
    public Optional<Range> of(Tensor t) {
        Optional<Range> range = known.get(t);
        if (range == null) {
            range = find(t).flatMap(r -> representable(r, t.dtype()));
            known.put(t, range);
        }
        return range;
    }

    private Optional<Range> find(Tensor t) {
        List<Tensor> in = t.node().inputs();
        return switch (t.node().op()) {
            case Op.Iota i -> Optional.of(new Range(0, Math.max(0, i.shape().dim(i.axis()) - 1)));
            case Op.Fill f -> Optional.of(new Range(f.value(), f.value()));
            case Op.Constant c when c.data().dtype() == DType.I32 -> of(c.data());
            case Op.TopK _ -> Optional.of(new Range(0, in.getFirst().dim(-1) - 1));
            case Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Slice _, Op.Flip _, Op.Unfold _, Op.Gather _ ->
                    of(in.getFirst());
            case Op.Concat _ -> in.stream().map(this::of).reduce(this::union).orElseThrow();
            case Op.Where _ -> union(of(in.get(1)), of(in.get(2)));
            case Op.Cast _ -> of(in.getFirst());
            case Op.Binary b when b.kind().isComparison() -> Optional.of(TRUTH);
            case Op.Binary b -> of(in.get(0)).flatMap(x -> of(in.get(1)).flatMap(y -> combine(b.kind(), x, y)));
            case Op.Reduce r when r.kind() == ReduceKind.SUM -> {
                double terms = (double) in.getFirst().shape().numel() / Math.max(1, t.shape().numel());
                yield of(in.getFirst()).map(x -> new Range(x.least() * terms, x.most() * terms));
            }
            default -> Optional.empty();
        };
    }

    private static Optional<Range> of(Storage data) {
        Range all = null;
        for (int value : data.ints()) {
            Range one = new Range(value, value);
            all = all == null ? one : all.with(one);
        }
        return Optional.ofNullable(all);
    }

    private Optional<Range> union(Optional<Range> a, Optional<Range> b) {
        return a.flatMap(x -> b.map(x::with));
    }

    private static Optional<Range> combine(BinaryKind kind, Range x, Range y) {
        return switch (kind) {
            case ADD -> Optional.of(new Range(x.least + y.least, x.most + y.most));
            case SUB -> Optional.of(new Range(x.least - y.most, x.most - y.least));
            case MAX -> Optional.of(new Range(Math.max(x.least, y.least), Math.max(x.most, y.most)));
            case MIN -> Optional.of(new Range(Math.min(x.least, y.least), Math.min(x.most, y.most)));
            case MUL -> {
                double[] corners = {x.least * y.least, x.least * y.most, x.most * y.least, x.most * y.most};
                yield Optional.of(new Range(DoubleStream.of(corners).min().orElseThrow(),
                        DoubleStream.of(corners).max().orElseThrow()));
            }
            default -> Optional.empty();
        };
    }

    /** Integers that overflow wrap around; what a float rounds is not followed. */
    private static Optional<Range> representable(Range r, DType dtype) {
        boolean holds = switch (dtype) {
            case I32 -> r.isWithin(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case F32 -> r.isWithin(-EXACT, EXACT) && r.least == Math.rint(r.least) && r.most == Math.rint(r.most);
            default -> false;
        };
        return holds ? Optional.of(r) : Optional.empty();
    }
}
