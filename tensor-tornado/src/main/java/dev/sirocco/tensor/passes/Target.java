package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;

/** What a plan must know of the executor that it is made for. */
public interface Target {

    /** Whether chains can hold the op. */
    boolean isElementWise(Op op);

    /** Whether the kernel of a node that is not element-wise reads an operand laid out so; if not, it gets a copy. */
    boolean accepts(Node node, int operand, Layout layout);

    /** Whether the kernel runs a chain on each block of its result. */
    default boolean takesEpilogue(Op op) {
        return op instanceof Op.MatMul;
    }

    /** Whether the kernel runs a chain to get its operand. */
    default boolean takesPrologue(Op op) {
        return op instanceof Op.Reduce;
    }
}
