package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import java.util.List;
import java.util.function.Predicate;

/** What every executor starts with: composites without a kernel are expanded, then the graph is simplified. */
public final class Lowering {

    private Lowering() {}

    /** @param hasKernel which composites stay as they are */
    public static Graph lower(Graph graph, Predicate<Op> hasKernel) {
        Graph expanded = graph;
        while (expanded.nodes().stream().anyMatch(n -> isComposite(n.op()) && !hasKernel.test(n.op()))) {
            expanded = Rewrite.apply(expanded, (target, node, operands) -> switch (node.op()) {
                case Composite c when !hasKernel.test(c) -> c.compose(operands);
                case Backward b when !hasKernel.test(b) -> b.compose(operands);
                default -> Rewrite.COPY.emit(target, node, operands);
            });
        }
        return Rewrite.apply(expanded, new Simplify());
    }

    private static boolean isComposite(Op op) {
        return op instanceof Composite || op instanceof Backward;
    }
}
