package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.passes.Bounds;
import dev.sirocco.tensor.passes.Buffer;
import dev.sirocco.tensor.passes.Cost;
import dev.sirocco.tensor.passes.Layout;
import dev.sirocco.tensor.passes.Plan;
import dev.sirocco.tensor.passes.Plan.Place.Arena;
import dev.sirocco.tensor.passes.Plan.Place.InState;
import dev.sirocco.tensor.passes.Plan.Place.Output;
import dev.sirocco.tensor.passes.Plan.Place.SameAs;
import dev.sirocco.tensor.passes.Step;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;

/**
 * A plan bound to device memory: kernels in graphs of a {@link Session}. Inputs go to the device and outputs come back
 * in every run; constants go there once; working memory and states stay.
 */
final class TornadoProgram implements Program {

    /**
     * TornadoVM's graphs hold 1,024 nodes, of which a task takes several; {@code -Dsirocco.tornado.tasks} sets another
     * number.
     */
    private static final int TASKS_IN_A_GRAPH = 100;

    /** Elements, a cache line of floats. */
    private static final int SCRATCH_ALIGNMENT = 16;

    private final Plan plan;
    private final Session session;
    private final Map<String, Place> inputs = new LinkedHashMap<>();
    private final Map<String, Storage> inputMemory = new LinkedHashMap<>();
    private final Map<String, Storage> outputMemory = new LinkedHashMap<>();
    private final Map<Buffer, Place> places = new HashMap<>();
    private final Map<Storage, Place> constants = new HashMap<>();
    private final Set<State> states = new LinkedHashSet<>();
    /** Those that a run writes. */
    private final Set<State> updated;
    private final Pool input = new Pool();
    private final Pool constant = new Pool();
    private final Pool work = new Pool();
    /** What a step's kernels leave for one another; all steps share it. */
    private final Pool scratch = new Pool();
    private final Pool output = new Pool();
    private final Pool checked = new Pool();
    private final Pool ownBank = new Pool();
    private final Cublas cublas;
    private final Bounds bounds = new Bounds();
    private final List<Runnable> inputChecks = new ArrayList<>();
    private final List<IndexCheck> checks = new ArrayList<>();
    private final List<Kernel> kernels = new ArrayList<>();
    private final List<Session.Part> parts = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private long scratchEnd;
    private final int tasksInAGraph = Integer.getInteger("sirocco.tornado.tasks", TASKS_IN_A_GRAPH);
    private boolean hasRun;
    private boolean isClosed;
    /** Of the last run. */
    private Profile profile = Profile.NONE;
    private long nanos;

    TornadoProgram(Graph graph, Plan plan, Session session) {
        this.plan = plan;
        this.session = session;
        this.cublas = new Cublas(session.cuda().isStandIn());
        this.updated = updatedStates(plan);
        session.begin();
        graph.inputs().forEach((name, t) -> inputs.put(name, input.reserve(t.dtype(), t.shape().numel())));
        work.at(DType.F32, 0, plan.arenaBytes() / DType.F32.bytes());
        plan.steps().forEach(this::bind);
        plan.writeBacks().forEach(this::bindWriteBack);
        kernels.removeIf(k -> k.arrays().isEmpty());
        plan.outputs().values().forEach(layout -> place(layout.buffer()));
        allocate();
        graph.inputs().forEach((name, t) -> inputMemory.put(name, inputs.get(name).storage(t.shape())));
        plan.outputs().forEach((name, layout) ->
                outputMemory.put(name, place(layout.buffer()).storage(layout.shape())));
        addGraphs(session.open(ownBank));
    }

    // ---- memory ---------------------------------------------------------------------------------------------------

    private void allocate() {
        session.hold(Stream.concat(pools(), Stream.of(ownBank)).map(Pool::arrays).flatMap(Collection::stream).toList());
        pools().forEach(Pool::allocate);
        constants.forEach((data, place) -> place.storage(data.shape()).set(data));
    }

    /** All but the states'. */
    private Stream<Pool> pools() {
        return Stream.concat(Stream.of(input, checked), residentPools());
    }

    /** What goes to the device once. */
    private Stream<Pool> residentPools() {
        return Stream.concat(Stream.of(constant, work, scratch, output), cublas.pools().stream());
    }

    private Place place(Buffer buffer) {
        Place known = places.get(buffer);
        if (known == null) {
            known = find(buffer);
            places.put(buffer, known);
        }
        return known;
    }

    private Place find(Buffer buffer) {
        DType dtype = buffer.type().dtype();
        long numel = buffer.type().shape().numel();
        return switch (buffer.leaf()) {
            case Op.Input in -> inputs.get(in.name());
            case Op.Read read -> state(read.state());
            case Op.Constant c -> constants.computeIfAbsent(c.data(), _ -> constant.reserve(dtype, numel));
            case null -> switch (plan.places().get(buffer)) {
                // Other types are rare and small: each of their tensors has its own place, none is shared over time.
                case Arena a when dtype == DType.F32 -> work.at(dtype, a.offset() / DType.F32.bytes(), numel);
                case Arena _ -> work.reserve(dtype, numel);
                case Output _ -> output.reserve(dtype, numel);
                case InState s -> state(s.state());
                case SameAs same -> place(same.other());
            };
            case Op.Leaf leaf -> throw new IllegalStateException("no memory for " + leaf);
        };
    }

    private Place state(State state) {
        states.add(state);
        return session.place(state, ownBank);
    }

    private View view(Layout layout) {
        Place p = place(layout.buffer());
        return new View(new Place(p.array(), Math.toIntExact(p.offset() + layout.offset()), p.dtype()),
                layout.shape(), layout.strides());
    }

    private View view(Buffer buffer) {
        return View.contiguous(place(buffer), buffer.type().shape());
    }

    /** Memory for the kernels of the step that is being bound. */
    private Place scratch(DType dtype, int numel) {
        Place place = scratch.at(dtype, scratchEnd, numel);
        scratchEnd = Math.ceilDiv(scratchEnd + numel, SCRATCH_ALIGNMENT) * SCRATCH_ALIGNMENT;
        return place;
    }

    // ---- binding --------------------------------------------------------------------------------------------------

    private void bind(Step step) {
        int before = kernels.size();
        scratchEnd = 0;
        switch (step) {
            case Step.Chain chain -> kernels.add(chain(chain, null).kernel(chain.describe()));
            case Step.Call call -> bind(call, call.describe(), null);
            case Step.Epilogue e -> bind(e.call(), e.describe(), chain(e.chain(), null));
            case Step.Prologue p -> {
                Layout operand = p.call().arguments().getFirst();
                ChainCode chain = chain(p.chain(), operand.buffer());
                reduce(p.call(), operand, chain.domain(), chain::write, p.describe());
            }
        }
        for (Kernel k : kernels.subList(before, kernels.size())) {
            lines.add("%10.1f KB  %9.2f MFLOP  %s".formatted(Cost.bytes(step) / 1e3, Cost.flops(step) / 1e6,
                    k.describe()));
        }
    }

    private ChainCode chain(Step.Chain chain, Buffer kept) {
        return new ChainCode(chain, this::view, this::view, kept);
    }

    private List<Kernel> product(String description, Step.Call call, ChainCode epilogue) {
        View left = view(call.arguments().get(0));
        View right = view(call.arguments().get(1));
        View out = view(call.written().getFirst());
        if (session.cuda().hasCublas() && Cublas.isFor(left, right, out)) {
            return cublas.kernels(description, left, right, out, epilogue);
        }
        return List.of(session.hasSharedMemory() ? TiledMatMulCode.kernel(description, left, right, out, epilogue)
                : MatMulCode.kernel(description, left, right, out, epilogue));
    }

    private void reduce(Step.Call call, Layout operand, Shape domain,
            BiFunction<KernelCode, int[], Value> element, String description) {
        kernels.addAll(new ReduceCode((Op.Reduce) call.node().op(), operand.dtype(), operand.shape(), domain, element,
                view(call.written().getFirst())).kernels(description, n -> scratch(operand.dtype(), n)));
    }

    /** @param epilogue what is computed from each element of a product or a convolution, or null */
    private void bind(Step.Call call, String description, ChainCode epilogue) {
        Node node = call.node();
        List<View> in = call.arguments().stream().map(this::view).toList();
        View out = view(call.written().getFirst());
        switch (node.op()) {
            case Op.MatMul _ -> kernels.addAll(product(description, call, epilogue));
            case Op.Reduce _ -> reduce(call, call.arguments().getFirst(), in.getFirst().shape(),
                    (code, at) -> in.getFirst().load(code, at), description);
            case Op.Concat c -> kernels.addAll(MoveCode.concat(description, in, out, c.axis()));
            case Op.Pad p -> kernels.add(MoveCode.pad(description, in.getFirst(), out, p));
            case Op.Gather g -> kernels.add(MoveCode.gather(description, in.get(0), in.get(1), out, g.axis(),
                    check(node, 0, node.input(0).dim(g.axis()))));
            case Op.ScatterAdd s -> kernels.addAll(MoveCode.scatterAdd(description, in.get(0), in.get(1), out, s.axis(),
                    check(node, 0, s.size())));
            case Op.UpdateSlice u -> {
                boolean isInPlace = in.get(0).place().equals(out.place());
                kernels.addAll(MoveCode.updateSlice(description, isInPlace ? null : in.get(0), in.get(1), in.get(2),
                        out, u.axis(), check(node, 0, node.input(0).dim(u.axis()) - node.input(1).dim(u.axis()) + 1)));
            }
            case Op.Fold f -> kernels.add(MoveCode.fold(description, in.getFirst(), out, f));
            case Op.CumulativeSum c -> kernels.add(OrderCode.cumulativeSum(description, in.getFirst(), out, c.axis()));
            case Op.TopK t -> kernels.add(OrderCode.topK(description, in.getFirst(), out, t));
            case Op.Random r -> kernels.add(RandomCode.kernel(description, in.getFirst(), out, r));
            default -> kernels.addAll(CompositeCode.kernels(description, node.op(), in, wanted(call),
                    n -> scratch(DType.F32, n), () -> check(node, Integer.MIN_VALUE, node.input(0).dim(-1)),
                    session.hasSharedMemory(), epilogue));
        }
    }

    /** The results of a call, null where nobody reads one. */
    private List<View> wanted(Step.Call call) {
        List<View> out = new ArrayList<>();
        for (Buffer b : call.written()) {
            out.add(plan.wanted().contains(b) ? view(b) : null);
        }
        return out;
    }

    /**
     * Sees to it that the last operand, which is an index, is in [least, size): now, before each run, or in the kernel.
     */
    private IndexCheck check(Node node, int least, int size) {
        Tensor index = node.inputs().getLast();
        boolean isProven = index.shape().numel() == 0
                || bounds.of(index).filter(range -> range.isWithin(least, size - 1)).isPresent();
        if (isProven) {
            return IndexCheck.none(node, size);
        }
        Optional<InputCheck> known = InputCheck.of(index, bounds);
        if (known.isPresent()) {
            InputCheck check = known.get();
            inputChecks.add(() -> check.check(input(check.input()), node, least, size));
            return IndexCheck.none(node, size);
        }
        IndexCheck check = new IndexCheck(node, size, checked.at(DType.I32, checks.size(), 1));
        checks.add(check);
        return check;
    }

    private void bindWriteBack(State state, Buffer value) {
        View from = view(value);
        View to = View.contiguous(state(state), state.shape());
        Kernel copy = Kernel.elements("write back " + state, state.shape().numel(),
                (code, i) -> to.store(code, i, from.load(code, i)));
        kernels.add(copy);
        lines.add("%10.1f KB  %9.2f MFLOP  %s".formatted(2e-3 * state.type().bytes(), 0.0, copy.describe()));
    }

    // ---- graphs ---------------------------------------------------------------------------------------------------

    private void addGraphs(int level) {
        if (kernels.isEmpty()) {
            return;
        }
        Set<DeviceArray> used = kernels.stream().flatMap(k -> k.arrays().stream()).collect(Collectors.toSet());
        List<DeviceArray> own = pools().map(Pool::arrays).flatMap(Collection::stream).filter(used::contains).toList();
        List<DeviceArray> banks = session.arrays(level);
        for (int from = 0; from < kernels.size(); from += tasksInAGraph) {
            int to = Math.min(from + tasksInAGraph, kernels.size());
            TaskGraph graph = new TaskGraph(session.nextName());
            consume(graph, banks);
            if (from == 0) {
                transfer(graph, DataTransferMode.EVERY_EXECUTION, used, Stream.of(input, checked));
                transfer(graph, DataTransferMode.FIRST_EXECUTION, used, residentPools());
                if (kernels.size() > tasksInAGraph) {
                    session.addTask(graph, Kernel.claim(own));
                }
            } else {
                consume(graph, own);
            }
            kernels.subList(from, to).forEach(k -> session.addTask(graph, k));
            if (to == kernels.size()) {
                List<DeviceArray> back = own.stream()
                        .filter(a -> output.arrays().contains(a) || checked.arrays().contains(a)).toList();
                if (from > 0 && !back.isEmpty()) {
                    session.addTask(graph, Kernel.claim(back));  // what no task of this graph writes does not come back
                }
                if (!back.isEmpty()) {
                    graph.transferToHost(DataTransferMode.EVERY_EXECUTION, Pool.objects(back));
                }
            }
            parts.add(from == 0 ? session.addOwner(graph, level) : session.add(graph, level));
        }
    }

    private static void consume(TaskGraph graph, List<DeviceArray> arrays) {
        if (!arrays.isEmpty()) {
            graph.consumeFromDevice(Pool.objects(arrays));
        }
    }

    private static void transfer(TaskGraph graph, int mode, Set<DeviceArray> used, Stream<Pool> pools) {
        List<DeviceArray> arrays = pools.map(Pool::arrays).flatMap(Collection::stream).filter(used::contains).toList();
        if (!arrays.isEmpty()) {
            graph.transferToDevice(mode, Pool.objects(arrays));
        }
    }

    // ---- running --------------------------------------------------------------------------------------------------

    @Override
    public Storage input(String name) {
        return Program.named(inputMemory, "input", name);
    }

    @Override
    public Storage output(String name) {
        return Program.named(outputMemory, "output", name);
    }

    @Override
    public void run() {
        if (parts.isEmpty()) {
            return;
        }
        inputChecks.forEach(Runnable::run);
        session.takeProfile();
        long start = System.nanoTime();
        session.prepare(states);
        if (hasRun) {
            session.run(parts);
        } else {
            runFirst();
        }
        profile = session.takeProfile();
        nanos = System.nanoTime() - start;
        session.updated(updated);
        for (IndexCheck check : checks) {
            long at = 4L * check.bad().offset();
            int bad = check.bad().array().segment().get(ValueLayout.JAVA_INT, at);
            if (bad != 0) {
                check.bad().array().segment().set(ValueLayout.JAVA_INT, at, 0);
                throw check.error(bad);
            }
        }
    }

    /** The run that compiles the kernels, graph by graph; many take so long that one is told how far it is. */
    private void runFirst() {
        Progress progress = Progress.of(session.deviceId(), kernels.size());
        for (int i = 0; i < parts.size(); i++) {
            progress.show(i * tasksInAGraph);
            session.run(List.of(parts.get(i)));
        }
        hasRun = true;
        progress.end();
    }

    private static Set<State> updatedStates(Plan plan) {
        Set<State> updated = new LinkedHashSet<>(plan.writeBacks().keySet());
        plan.places().values().forEach(p -> {
            if (p instanceof InState s) {
                updated.add(s.state());
            }
        });
        return updated;
    }

    @Override
    public long bytes() {
        return pools().mapToLong(Pool::bytes).sum();
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            session.close();
        }
    }

    // ---- explaining -----------------------------------------------------------------------------------------------

    @Override
    public String explain() {
        return String.join("\n", lines) + "%n%d kernels in %d graphs, working memory %,d bytes"
                .formatted(kernels.size(), parts.size(), bytes()) + (Profile.IS_ON && hasRun ? profiled() : "");
    }

    private String profiled() {
        return "%nlast run: %.2f ms in kernels of %.2f ms, %,d bytes up, %,d bytes down".formatted(
                profile.kernelNanos() / 1e6, nanos / 1e6, profile.bytesUp(), profile.bytesDown());
    }
}
