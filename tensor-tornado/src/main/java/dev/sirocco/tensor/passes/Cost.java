package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;

/** What steps cost: main-memory traffic and floating-point operations, counted from shapes. */
public final class Cost {

    private Cost() {}

    /** Bytes of all buffers that a step reads and writes, each counted once a mention. */
    public static long bytes(Step step) {
        long read = step.operands().filter(o -> !isInside(step, o.buffer()))
                .mapToLong(o -> Math.min(o.shape().numel(), o.buffer().type().shape().numel()) * o.dtype().bytes())
                .sum();
        return read + step.results().mapToLong(b -> b.type().bytes()).sum();
    }

    private static boolean isInside(Step step, Buffer buffer) {
        return switch (step) {
            case Step.Chain c -> c.cells().stream().anyMatch(cell -> cell.result() == buffer);
            case Step.Epilogue e -> e.call().written().contains(buffer) || isInside(e.chain(), buffer);
            case Step.Prologue p -> isInside(p.chain(), buffer);
            case Step.Call _ -> false;
        };
    }

    /**
     * Multiplications and additions of products, convolutions and attention; one for each element of a chain's cells.
     */
    public static double flops(Step step) {
        return switch (step) {
            case Step.Chain c -> c.cells().stream().mapToDouble(cell -> cell.shape().numel()).sum();
            case Step.Call c -> flops(c.node(), c.node().op());
            case Step.Epilogue e -> flops(e.call()) + flops(e.chain());
            case Step.Prologue p -> flops(p.chain()) + flops(p.call());
        };
    }

    private static double flops(Node node, Op op) {
        return switch (op) {
            case Op.MatMul _ -> 2.0 * node.output().shape().numel() * node.input(0).dim(-1);
            case Convolution _ -> 2.0 * node.output().shape().numel() * perOutput(node.input(1).shape());
            case TransposedConvolution _ -> 2.0 * node.input(0).shape().numel() * perOutput(node.input(1).shape());
            // Two products of all queries with all keys; causal or not.
            case Attention _ -> 4.0 * node.input(0).shape().numel() * node.input(1).dim(1);
            case Backward b when b.op() instanceof Attention a -> 2.5 * flops(node, a);
            case Backward b when b.op() instanceof Convolution _ ->
                    4.0 * node.input(2).shape().numel() * perOutput(node.input(1).shape());
            case Op _ -> node.inputs().isEmpty() ? node.output().shape().numel() : node.input(0).shape().numel();
        };
    }

    /** Multiplications for one output element: all of a weight (O, C / groups, kernel …) but its first axis. */
    private static double perOutput(Shape weight) {
        return weight.slice(1, weight.rank()).numel();
    }
}
