package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One kernel's work: what a program runs between two visits to main memory. */
public sealed interface Step {

    /** All buffers that are read, values inside a chain too. */
    Stream<Layout> operands();

    /** The buffers that are written, for steps after this one. */
    Stream<Buffer> results();

    /** The latest place in the trace of what this step computes. */
    int order();

    /** The ops and their shapes, for people. */
    String describe();

    private static String name(Op op) {
        return switch (op) {
            case Op.Unary u -> u.kind().name().toLowerCase();
            case Op.Binary b -> b.kind().name().toLowerCase();
            case Backward b -> name(b.op()) + "-backward";
            default -> op.getClass().getSimpleName().toLowerCase();
        };
    }

    /**
     * Element-wise ops run as one loop.
     *
     * @param domain a shape with the number of elements of every cell, into whose axes each cell's shape can be split
     * @param cells in the order of the trace
     * @param stored the results that other steps read
     */
    record Chain(Shape domain, List<Cell> cells, Set<Buffer> stored) implements Step {
        @Override
        public Stream<Layout> operands() {
            return cells.stream().flatMap(c -> c.operands().stream());
        }

        @Override
        public Stream<Buffer> results() {
            return cells.stream().map(Cell::result).filter(stored::contains);
        }

        @Override
        public int order() {
            return cells.getLast().order();
        }

        @Override
        public String describe() {
            return cells.stream().map(c -> c.op() == null ? "copy" : name(c.op())).collect(Collectors.joining(" "))
                    + " " + domain;
        }
    }

    /** An op with a kernel of its own. */
    record Call(Node node, List<Layout> arguments, List<Buffer> written, int order) implements Step {
        @Override
        public Stream<Layout> operands() {
            return arguments.stream();
        }

        @Override
        public Stream<Buffer> results() {
            return written.stream();
        }

        @Override
        public String describe() {
            String operands = arguments.stream().map(l -> l.shape().toString()).collect(Collectors.joining(" "));
            return (node.path().isEmpty() ? "" : node.path() + ": ") + name(node.op()) + " " + operands;
        }
    }

    /** A product and a chain that reads it, run on each block of the product while it is in the cache. */
    record Epilogue(Call call, Chain chain) implements Step {
        @Override
        public Stream<Layout> operands() {
            return Stream.concat(call.operands(), chain.operands());
        }

        @Override
        public Stream<Buffer> results() {
            return Stream.concat(call.results(), chain.results());
        }

        @Override
        public int order() {
            return chain.order();
        }

        @Override
        public String describe() {
            return call.describe() + " → " + chain.describe();
        }
    }

    /** A reduction and the chain whose only result it reads, which is never written to memory. */
    record Prologue(Chain chain, Call call) implements Step {
        @Override
        public Stream<Layout> operands() {
            return chain.operands();
        }

        @Override
        public Stream<Buffer> results() {
            return call.results();
        }

        @Override
        public int order() {
            return call.order();
        }

        @Override
        public String describe() {
            return chain.describe() + " → " + call.describe();
        }
    }
}
