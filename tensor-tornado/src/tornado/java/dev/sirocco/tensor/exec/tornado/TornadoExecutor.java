package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.passes.Layout;
import dev.sirocco.tensor.passes.Lowering;
import dev.sirocco.tensor.passes.Plan;
import dev.sirocco.tensor.passes.Target;
import java.util.stream.Collectors;

/** Programs on a device of TornadoVM: an OpenCL or CUDA GPU, or a CPU by way of OpenCL. */
public final class TornadoExecutor implements Executor {

    private final TornadoDevices.Named chosen;
    private Session session;
    private Cuda cuda;
    private Trust trust;

    /**
     * @param id {@code tornado:0:1} for device 1 of backend 0; {@code tornado} for the first GPU, or else the first
     *     device
     * @throws IllegalStateException if there is no such device; the message says which there are
     */
    public TornadoExecutor(String id) {
        this.chosen = TornadoDevices.find(id);
    }

    @Override
    public String name() {
        return chosen.description().id() + " " + chosen.description().name();
    }

    @Override
    public boolean hasKernel(Op op) {
        return CellCode.has(op) || CompositeCode.has(op);
    }

    @Override
    public boolean isQuick() {
        return false;
    }

    @Override
    public synchronized Program compile(Graph graph) {
        Graph lowered = Lowering.lower(graph, this::hasKernel);
        if (trust == null) {
            trust = Trust.in(chosen.description(), g -> program(Lowering.lower(g, this::hasKernel)));
        }
        trust.require(lowered.nodes().stream().flatMap(n -> KernelFamily.of(n.op()).stream())
                .collect(Collectors.toSet()));
        return program(lowered);
    }

    private Program program(Graph lowered) {
        if (cuda == null) {
            cuda = Cuda.of(chosen, TornadoExecutor::program);
        }
        if (session == null || session.isClosed()) {
            session = new Session(chosen, cuda);
        }
        return program(lowered, session);
    }

    private static Program program(Graph lowered, Session session) {
        return new TornadoProgram(lowered, Plan.of(lowered, TARGET), session);
    }

    private static final Target TARGET = new Target() {

        @Override
        public boolean isElementWise(Op op) {
            return CellCode.has(op);
        }

        /** Kernels read through any strides, but what is stored narrow is cast before. */
        @Override
        public boolean accepts(Node node, int operand, Layout layout) {
            return layout.dtype() == node.input(operand).dtype();
        }

        @Override
        public boolean takesEpilogue(Op op) {
            return Target.super.takesEpilogue(op) || CompositeCode.takesEpilogue(op);
        }
    };
}
