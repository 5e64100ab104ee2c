package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/**
 * An element-wise op of a {@link Step.Chain}: element i of the result from element i of each operand, in row-major
 * order. Compared by identity.
 */
public final class Cell {

    private final Op op;
    private final Shape shape;
    private final List<Layout> operands;
    private final Buffer result;
    private final int order;

    Cell(Op op, List<Layout> operands, Buffer result, int order) {
        this.op = op;
        this.shape = result.type().shape();
        this.operands = operands;
        this.result = result;
        this.order = order;
    }

    /** What is computed; null for a copy of the only operand. */
    public Op op() {
        return op;
    }

    public Shape shape() {
        return shape;
    }

    public List<Layout> operands() {
        return operands;
    }

    /** Memory only if a step after this one reads it; otherwise just the name of a value inside the chain. */
    public Buffer result() {
        return result;
    }

    /** Cells and calls are numbered in the order of the trace. */
    int order() {
        return order;
    }
}
