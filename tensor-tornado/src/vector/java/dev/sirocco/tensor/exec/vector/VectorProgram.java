package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.TensorType;
import dev.sirocco.tensor.passes.Buffer;
import dev.sirocco.tensor.passes.Cost;
import dev.sirocco.tensor.passes.Layout;
import dev.sirocco.tensor.passes.Plan;
import dev.sirocco.tensor.passes.Step;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A plan bound to memory: kernels to be run one after the other. */
final class VectorProgram implements Program {

    /** Whether runs are timed kernel by kernel, for {@link #explain}. */
    private static final boolean PROFILE = Boolean.getBoolean("sirocco.profile");

    private final Workers workers;
    private final Plan plan;
    private final Map<String, Storage> inputs = new LinkedHashMap<>();
    private final Map<String, Storage> outputs = new LinkedHashMap<>();
    private final Map<Buffer, Storage> outputMemory = new HashMap<>();
    private final Set<State> states = new HashSet<>();
    /** Constants, whose memory kernels know by its address only. */
    private final Set<Storage> constants = new HashSet<>();
    private final MemorySegment arena;
    private final List<Kernel> kernels = new ArrayList<>();
    /** Nanoseconds of the last run of each kernel, if they are timed. */
    private final long[] nanos;

    VectorProgram(Graph graph, Plan plan, Workers workers) {
        this.workers = workers;
        this.plan = plan;
        graph.inputs().forEach((name, t) -> inputs.put(name, new Storage(t.dtype(), t.shape())));
        plan.outputs().forEach((name, layout) -> {
            TensorType type = layout.buffer().type();
            Storage memory = outputMemory.computeIfAbsent(layout.buffer(),
                    _ -> new Storage(type.dtype(), type.shape()));
            outputs.put(name, Storage.over(type.dtype(), layout.shape(), memory.segment()));
        });
        this.arena = Storage.allocate(plan.arenaBytes());
        plan.steps().forEach(step -> kernels.add(bind(step)));
        states.addAll(plan.writeBacks().keySet());
        this.nanos = new long[kernels.size()];
    }

    // ---- binding ------------------------------------------------------------------------------------------------

    private long address(Buffer buffer) {
        return switch (buffer.leaf()) {
            case Op.Input in -> inputs.get(in.name()).segment().address();
            case Op.Read read -> state(read.state());
            case Op.Constant c -> {
                constants.add(c.data());
                yield c.data().segment().address();
            }
            case null -> switch (plan.places().get(buffer)) {
                case Plan.Place.Arena a -> arena.address() + a.offset();
                case Plan.Place.Output _ -> outputMemory.get(buffer).segment().address();
                case Plan.Place.InState s -> state(s.state());
                case Plan.Place.SameAs same -> address(same.other());
            };
            case Op.Leaf leaf -> throw new IllegalStateException("no memory for " + leaf);
        };
    }

    private long state(State state) {
        states.add(state);
        return state.storage().segment().address();
    }

    private View view(Layout layout) {
        long address = address(layout.buffer()) + layout.offset() * layout.dtype().bytes();
        return new View(address, layout.dtype(), layout.shape(), layout.strides(), isConstant(layout.buffer()));
    }

    private static boolean isConstant(Buffer buffer) {
        return buffer.leaf() instanceof Op.Constant
                || buffer.leaf() instanceof Op.Read read && read.state().isFrozen();
    }

    private View view(Buffer buffer) {
        return View.contiguous(address(buffer), buffer.type().dtype(), buffer.type().shape());
    }

    private Kernel bind(Step step) {
        return switch (step) {
            case Step.Chain chain -> new ChainKernel(chain(chain, null), chain.describe());
            case Step.Call call -> bind(call);
            case Step.Epilogue e -> product(e.call(), chain(e.chain(), null), e.describe());
            case Step.Prologue p -> {
                Buffer operand = p.call().arguments().getFirst().buffer();
                yield reduction(p.call(), chain(p.chain(), operand), p.describe());
            }
        };
    }

    private Chain chain(Step.Chain chain, Buffer window) {
        return new Chain(chain, this::address, window, workers);
    }

    private Kernel bind(Step.Call call) {
        Node node = call.node();
        List<View> in = call.arguments().stream().map(this::view).toList();
        String description = call.describe();
        return switch (node.op()) {
            case Op.MatMul _ -> product(call, null, description);
            case Op.Reduce _ -> reduction(call, null, description);
            case Op.Concat c -> concat(in, view(call.written().getFirst()), c.axis(), description);
            case Op.Pad p -> pad(in.getFirst(), view(call.written().getFirst()), p, description);
            case Op op -> Kernels.of(op).bind(node, in, written(call));
        };
    }

    /** A view of each result, null where nobody reads it. */
    private List<View> written(Step.Call call) {
        List<View> out = new ArrayList<>();
        for (Buffer b : call.written()) {
            out.add(plan.wanted().contains(b) ? view(b) : null);
        }
        return out;
    }

    private Kernel product(Step.Call call, Chain epilogue, String description) {
        return new MatMulKernel(view(call.arguments().get(0)), view(call.arguments().get(1)),
                view(call.written().getFirst()), epilogue, description);
    }

    private Kernel reduction(Step.Call call, Chain prologue, String description) {
        Layout operand = call.arguments().getFirst();
        long in = prologue == null ? view(operand).address() : 0;
        return new ReduceKernel((Op.Reduce) call.node().op(), operand.shape(), operand.dtype(), in, prologue,
                address(call.written().getFirst()), description);
    }

    private static Kernel concat(List<View> in, View out, int axis, String description) {
        List<View> parts = new ArrayList<>();
        long start = out.address();
        for (View part : in) {
            parts.add(new View(start, out.dtype(), part.shape(), out.strides()));
            start += part.shape().dim(axis) * out.strides()[axis] * out.dtype().bytes();
        }
        return new CopyKernel(in, parts, null, 0, description);
    }

    private static Kernel pad(View in, View out, Op.Pad pad, String description) {
        long start = out.address();
        long[] strides = out.strides().clone();
        for (int i = 0; i < strides.length; i++) {
            start += pad.low().get(i) * strides[i] * out.dtype().bytes();
            strides[i] *= pad.inner().get(i) + 1;
        }
        View hole = new View(start, out.dtype(), in.shape(), strides);
        return new CopyKernel(List.of(in), List.of(hole), out, pad.value(), description);
    }

    // ---- running ------------------------------------------------------------------------------------------------

    @Override
    public Storage input(String name) {
        return Program.named(inputs, "input", name);
    }

    @Override
    public Storage output(String name) {
        return Program.named(outputs, "output", name);
    }

    @Override
    public void run() {
        states.forEach(State::storage);                               // a device may have the current values
        if (PROFILE) {
            runTimed();
        } else {
            for (Kernel kernel : kernels) {
                kernel.run(workers);
            }
        }
        plan.writeBacks().forEach((state, buffer) -> {
            long bytes = state.type().bytes();
            MemorySegment.copy(Memory.ALL, address(buffer), Memory.ALL, state.storage().segment().address(), bytes);
        });
        Reference.reachabilityFence(this);
    }

    private void runTimed() {
        for (int i = 0; i < nanos.length; i++) {
            long start = System.nanoTime();
            kernels.get(i).run(workers);
            nanos[i] = System.nanoTime() - start;
        }
    }

    @Override
    public long bytes() {
        return arena.byteSize()
                + inputs.values().stream().mapToLong(Storage::bytes).sum()
                + outputMemory.values().stream().mapToLong(Storage::bytes).sum()
                + kernels.stream().mapToLong(Kernel::keptBytes).sum();
    }

    @Override
    public void close() {
        kernels.clear();
    }

    // ---- explaining ---------------------------------------------------------------------------------------------

    @Override
    public String explain() {
        StringBuilder s = new StringBuilder();
        double flops = 0;
        for (int i = 0; i < kernels.size(); i++) {
            Step step = plan.steps().get(i);
            flops += Cost.flops(step);
            String time = PROFILE ? "%9.3f ms".formatted(nanos[i] / 1e6) : "";
            s.append("%4d%s  %10.1f KB  %9.2f MFLOP  %s%n".formatted(i, time, Cost.bytes(step) / 1e3,
                    Cost.flops(step) / 1e6, kernels.get(i).describe()));
        }
        s.append("%d kernels, %.2f GFLOP, working memory %,d bytes".formatted(kernels.size(), flops / 1e9, bytes()));
        return s.toString();
    }
}
