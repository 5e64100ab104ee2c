package dev.sirocco.tensor.exec.reference;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.passes.Lowering;

/** Scalar Java in double precision, short and obvious: the oracle of all other executors. */
public final class ReferenceExecutor implements Executor {

    @Override
    public String name() {
        return "reference";
    }

    /** Never: every composite is expanded, so that its composition is what is computed. */
    @Override
    public boolean hasKernel(Op op) {
        return false;
    }

    @Override
    public ReferenceProgram compile(Graph graph) {
        return new ReferenceProgram(Lowering.lower(graph, this::hasKernel));
    }
}
