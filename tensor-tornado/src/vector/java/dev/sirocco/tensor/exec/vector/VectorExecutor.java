package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.passes.Layout;
import dev.sirocco.tensor.passes.Lowering;
import dev.sirocco.tensor.passes.Plan;
import dev.sirocco.tensor.passes.Target;

/** SIMD on all cores through the Vector API. Results have the same bits for any number of threads. */
public final class VectorExecutor implements Executor {

    private final Workers workers;

    /** @param threads how many cores to use */
    public VectorExecutor(int threads) {
        this.workers = new Workers(threads);
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public boolean hasKernel(Op op) {
        return Loops.has(op) || Kernels.of(op) != null;
    }

    @Override
    public Program compile(Graph graph) {
        Graph lowered = Lowering.lower(graph, this::hasKernel);
        return new VectorProgram(lowered, Plan.of(lowered, TARGET), workers);
    }

    private static final Target TARGET = new Target() {

        @Override
        public boolean isElementWise(Op op) {
            return Loops.has(op);
        }

        @Override
        public boolean accepts(Node node, int operand, Layout layout) {
            boolean isStoredNarrow = layout.dtype() != node.input(operand).dtype();
            if (isStoredNarrow && !(node.op() instanceof Op.MatMul)) {
                return false;
            }
            View view = new View(0, layout.dtype(), layout.shape(), layout.strides());
            return switch (node.op()) {
                case Op.MatMul _ -> MatMulKernel.accepts(view);
                case Op.Concat _, Op.Pad _ -> true;
                case Op.Reduce _ -> view.isContiguous();
                case Op op -> Kernels.of(op).accepts(node, operand, view);
            };
        }
    };
}
