package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;
import java.util.List;

/** Makes the kernels of one kind of op. */
interface KernelFactory {

    /**
     * Whether the kernel reads this operand through these strides; otherwise it is handed a contiguous copy. The
     * address is not known yet and must not be looked at. By default only contiguous operands are taken.
     */
    default boolean accepts(Node node, int operand, View view) {
        return view.isContiguous();
    }

    /**
     * Binds a kernel to memory.
     *
     * @param in a view of each operand; elements do not change during a run of the kernel
     * @param out a contiguous view of each output, or null for one that nobody reads; never overlaps an operand
     */
    Kernel bind(Node node, List<View> in, List<View> out);
}
