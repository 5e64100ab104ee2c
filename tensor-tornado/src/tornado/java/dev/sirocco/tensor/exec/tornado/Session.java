package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.DeviceArray.Kind;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.exceptions.TornadoInternalError;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;

/**
 * The states of all open programs on one device, and the execution plan that the programs' graphs are part of.
 *
 * <p>TornadoVM shares memory between the graphs of one plan alone: a graph takes over the arrays that it consumes from
 * the graph that ran before it, and whatever that one did not have is lost. So all programs are in one plan; a program
 * that comes later adds its graphs, for which the plan is made anew out of the same graphs, whose kernels stay compiled
 * and whose memory stays where it is. States lie in banks: those that a program brought along, in the order in which
 * programs came. A program of level n has the first n banks in all its graphs. To run after a program of a lower level,
 * it first needs the banks above that one's; each bank has a graph, its anchor, which holds it and takes over those
 * below.
 *
 * <p>A state moves between host and device only when it is needed on the other side: a program of this session uses
 * what the host may have changed, or somebody calls {@link State#storage()}.
 */
final class Session implements State.Keeper {

    /** Elements that travel between a state on the host and one on the device at a time. */
    private static final int STAGE = 1 << 16;

    private static final KernelContext CONTEXT = new KernelContext();

    /** A state here. */
    private static final class Resident {
        private final Place place;
        private final int bank;
        private boolean isNewerHere;
        private boolean isNewerOnHost;

        private Resident(Place place, int bank) {
            this.place = place;
            this.bank = bank;
        }
    }

    /** A graph of the plan, by its number and its name, and how many banks it has. */
    record Part(int graph, String name, int level) {}

    private final TornadoDevice device;
    private final String deviceId;
    private final Cuda cuda;
    private final Map<String, Kernel> tasks = new LinkedHashMap<>();
    private final Map<State, Resident> residents = new IdentityHashMap<>();
    private final List<Pool> banks = new ArrayList<>();
    private final List<Part> anchors = new ArrayList<>();
    private final Map<DeviceArray, Mover> movers = new HashMap<>();
    private final List<ImmutableTaskGraph> graphs = new ArrayList<>();
    private final List<Integer> owners = new ArrayList<>();
    private final GridScheduler grids = new GridScheduler();
    private TornadoExecutionPlan plan;
    private int plannedGraphs;
    private int level;
    private int openPrograms;
    private boolean isClosed;
    private long heldBytes;
    private Profile profile = Profile.NONE;

    Session(TornadoDevices.Named chosen, Cuda cuda) {
        this.device = chosen.device();
        this.deviceId = chosen.description().id();
        this.cuda = cuda;
    }

    String deviceId() {
        return deviceId;
    }

    /** What this device has beyond kernels. */
    Cuda cuda() {
        return cuda;
    }

    /** Whether threads share fast memory; {@code -Dsirocco.tornado.tiles=true} claims it of CPUs, for tests. */
    boolean hasSharedMemory() {
        return device.getDeviceType() == TornadoDeviceType.GPU || Boolean.getBoolean("sirocco.tornado.tiles");
    }

    // ---- building -----------------------------------------------------------------------------------------------

    /** Before a program is bound: forgets the states that one brought along which could not be built. */
    void begin() {
        residents.values().removeIf(r -> r.bank == banks.size());
    }

    /**
     * Counts what a program is about to allocate.
     *
     * @throws UserError if the device does not have so much
     */
    void hold(Collection<DeviceArray> arrays) {
        for (DeviceArray array : arrays) {
            if (array.bytes() > device.getMaxAllocMemory()) {
                throw new UserError(("one array of this program has %,d bytes and %s allows %,d; choose smaller sizes "
                        + "or --device cpu").formatted(array.bytes(), deviceId, device.getMaxAllocMemory()));
            }
        }
        long bytes = arrays.stream().mapToLong(DeviceArray::bytes).sum();
        if (bytes > device.getMaxGlobalMemory() - heldBytes) {
            throw new UserError(("this program needs %,d bytes on %s, which has %,d, of which programs before it hold "
                    + "%,d; choose smaller sizes or --device cpu")
                    .formatted(bytes, deviceId, device.getMaxGlobalMemory(), heldBytes));
        }
        heldBytes += bytes;
    }

    /** Where a state lies; it gets a place in the program's own bank if no program has brought it before. */
    Place place(State state, Pool ownBank) {
        return residents.computeIfAbsent(state, s -> {
            Resident r = new Resident(ownBank.reserve(s.type().dtype(), s.shape().numel()), banks.size());
            r.isNewerOnHost = true;
            return r;
        }).place;
    }

    /** Takes in a program's bank, if it has one; returns the program's level. */
    int open(Pool ownBank) {
        openPrograms++;
        if (!ownBank.isEmpty()) {
            ownBank.allocate();
            banks.add(ownBank);
            residents.forEach((state, r) -> {
                if (r.bank == banks.size() - 1) {
                    Storage here = r.place.storage(state.shape());
                    here.segment().copyFrom(state.storage().segment());
                    r.isNewerOnHost = false;
                    state.keepBy(this);
                }
            });
            TaskGraph anchor = new TaskGraph("bank" + graphs.size())
                    .transferToDevice(DataTransferMode.FIRST_EXECUTION, Pool.objects(ownBank.arrays()));
            List<DeviceArray> below = arrays(banks.size() - 1);
            if (!below.isEmpty()) {
                anchor.consumeFromDevice(Pool.objects(below));
            }
            addTask(anchor, Kernel.claim(List.copyOf(ownBank.arrays())));
            anchor.persistOnDevice(Pool.objects(ownBank.arrays()));
            anchors.add(addOwner(anchor, banks.size()));
        }
        return banks.size();
    }

    /** The arrays of the first banks. */
    List<DeviceArray> arrays(int level) {
        return banks.subList(0, level).stream().map(Pool::arrays).flatMap(Collection::stream).toList();
    }

    /** Adds a task to a graph that is being built. */
    void addTask(TaskGraph graph, Kernel kernel) {
        String name = "t" + tasks.size();
        tasks.put(graph.getTaskGraphName() + "." + name, kernel);
        if (kernel.task() instanceof Cublas.Call call) {
            cuda.addTask(graph, name, call);
            return;
        }
        Object[] arguments = new Object[kernel.arrays().size() + 3];
        arguments[0] = name;
        arguments[1] = kernel.task();
        arguments[2] = CONTEXT;
        for (int i = 0; i < kernel.arrays().size(); i++) {
            arguments[3 + i] = kernel.arrays().get(i).array();
        }
        graph.addTask(Tasks.of(arguments));
        grids.addWorkerGrid(graph.getTaskGraphName() + "." + name, kernel.grid());
    }

    /** Takes in a graph whose arrays are all those of graphs before it. */
    Part add(TaskGraph graph, int level) {
        graphs.add(graph.snapshot());
        return new Part(graphs.size() - 1, graph.getTaskGraphName(), level);
    }

    /**
     * Takes in a graph that brings arrays to the device. TornadoVM frees what a graph moves between host and device,
     * and fails over an array that another graph has freed, so only the graph that allocates an array may be told to
     * free.
     */
    Part addOwner(TaskGraph graph, int level) {
        owners.add(graphs.size());
        return add(graph, level);
    }

    String nextName() {
        return "graph" + graphs.size();
    }

    // ---- running ------------------------------------------------------------------------------------------------

    /** Runs graphs one after the other, the banks that they need being there. */
    void run(List<Part> parts) {
        if (plannedGraphs < graphs.size()) {
            plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
            plan.withGridScheduler(grids);
            plan.withDevice(device);
            if (Profile.IS_ON) {
                plan.withProfiler(ProfilerMode.SILENT);
            } else {
                cuda.recordGraphs(plan);                                  // what is replayed cannot be profiled
            }
            plannedGraphs = graphs.size();
            level = 0;
        }
        while (level < parts.getFirst().level()) {
            execute(anchors.get(level));
        }
        parts.forEach(this::execute);
    }

    /** The plan keeps no results: {@code withGraph} makes a new object each time, which has those of its own. */
    private void execute(Part part) {
        try {
            TornadoExecutionResult result = plan.withGraph(part.graph()).execute();
            if (Profile.IS_ON) {
                profile = profile.plus(result.getProfilerResult());
            }
        } catch (TornadoOutOfMemoryException e) {
            throw new UserError(("%s has no memory left, programs hold %,d bytes; choose smaller sizes, "
                    + "use --device cpu, or raise -D%s (%s)")
                    .formatted(deviceId, heldBytes, TornadoDevices.MEMORY, System.getProperty(TornadoDevices.MEMORY)),
                    e);
        } catch (RuntimeException | TornadoInternalError e) {
            throw failure(part, e);
        }
        level = part.level();
    }

    private IllegalStateException failure(Part part, Throwable e) {
        String said = String.valueOf(e.getMessage());
        String reason = said.replaceAll("\u001B\\[\\d+m", "").replaceAll("(?s)\\s*Stacktrace:.*", "")
                .replaceAll("\\s+", " ");
        return new IllegalStateException(
                "a kernel does not compile or run on %s: %s; use --device cpu. TornadoVM says: %s"
                .formatted(deviceId, culprit(part, said), reason), e);
    }

    /**
     * What TornadoVM names, if it does; else each kernel of the graph is compiled by itself to see whether it can be.
     */
    private String culprit(Part part, String said) {
        Optional<Kernel> named = tasks.entrySet().stream().filter(t -> said.matches("(?s).*\\b" + t.getKey() + "\\b.*"))
                .map(Map.Entry::getValue).findFirst();
        List<Kernel> suspects = tasks.entrySet().stream().filter(t -> t.getKey().startsWith(part.name + "."))
                .map(Map.Entry::getValue).toList();
        return named.or(() -> suspects.stream().filter(kernel -> !compiles(kernel)).findFirst())
                .map(Kernel::describe).orElse("each kernel compiles by itself");
    }

    private boolean compiles(Kernel kernel) {
        TaskGraph alone = new TaskGraph("alone" + tasks.size())
                .transferToDevice(DataTransferMode.EVERY_EXECUTION, Pool.objects(kernel.arrays()));
        addTask(alone, kernel);
        try {
            new TornadoExecutionPlan(alone.snapshot()).withGridScheduler(grids).withDevice(device).withPreCompilation();
            return true;
        } catch (RuntimeException | TornadoInternalError e) {
            return false;
        }
    }

    /** What happened since this was asked before. */
    Profile takeProfile() {
        Profile taken = profile;
        profile = Profile.NONE;
        return taken;
    }

    /** Brings states up to date before a program reads them. */
    void prepare(Collection<State> used) {
        for (State state : used) {
            Resident r = residents.get(state);
            if (!state.isKeptBy(this)) {
                state.storage();                                          // another session may have the current value
            }
            if (r.isNewerOnHost) {
                mover(r).toDevice(state.peek(), r.place);
                r.isNewerOnHost = false;
            }
            state.keepBy(this);
        }
    }

    /** Notes what a program has written. */
    void updated(Collection<State> states) {
        states.forEach(s -> residents.get(s).isNewerHere = true);
    }

    @Override
    public void release(State state) {
        Resident r = residents.get(state);
        if (r != null) {
            bringHome(state, r);
            r.isNewerOnHost = true;
        }
    }

    private void bringHome(State state, Resident r) {
        if (r.isNewerHere) {
            r.isNewerHere = false;
            mover(r).toHost(state.peek(), r.place);
        }
    }

    private Mover mover(Resident r) {
        return movers.computeIfAbsent(r.place.array(), Mover::new);
    }

    boolean isClosed() {
        return isClosed;
    }

    /** When the last program is closed, the device's memory goes, too. */
    void close() {
        if (--openPrograms > 0 || isClosed) {
            return;
        }
        isClosed = true;
        residents.keySet().stream().filter(state -> state.isKeptBy(this)).forEach(State::storage);
        // Graphs that the plan does not have yet never ran, and have nothing.
        owners.stream().filter(graph -> graph < plannedGraphs)
                .forEach(graph -> plan.withGraph(graph).freeDeviceMemory());
    }

    /** Two graphs that move parts of one array of states, by way of a small array. */
    private final class Mover {
        private final DeviceArray states;
        private final DeviceArray stage;
        private final DeviceArray range = new DeviceArray(Kind.INTS);
        private final Part load;
        private final Part store;

        Mover(DeviceArray states) {
            this.states = states;
            this.stage = new DeviceArray(states.kind());
            int n = Math.min(STAGE, states.size());
            stage.growTo(n);
            range.growTo(2);
            stage.allocate();
            range.allocate();
            this.load = graph(true, n);
            this.store = graph(false, n);
        }

        private Part graph(boolean isLoad, int n) {
            Place from = isLoad ? stage.whole() : states.whole();
            Place to = isLoad ? states.whole() : stage.whole();
            Place bounds = range.whole();
            Kernel copy = Kernel.elements("move", n, (code, i) -> {
                KernelCode.Value first = code.load(bounds, () -> code.push(0));
                KernelCode.Value count = code.load(bounds, () -> code.push(1));
                int there = code.add(first, code.ofInt(i)).slot();
                code.ifLess(() -> code.pushInt(i), () -> code.push(count), () -> code.store(to,
                        () -> code.pushInt(isLoad ? there : i),
                        code.load(from, () -> code.pushInt(isLoad ? i : there))));
            });
            Object[] all = Pool.objects(arrays(banks.size()));
            TaskGraph graph = new TaskGraph(nextName()).consumeFromDevice(all)
                    .transferToDevice(DataTransferMode.EVERY_EXECUTION, range.array(), stage.array());
            addTask(graph, copy);
            if (!isLoad) {
                graph.transferToHost(DataTransferMode.EVERY_EXECUTION, stage.array());
            }
            return addOwner(graph, banks.size());
        }

        void toDevice(Storage storage, Place place) {
            move(storage, place, true);
        }

        void toHost(Storage storage, Place place) {
            move(storage, place, false);
        }

        private void move(Storage storage, Place place, boolean isLoad) {
            int bytes = place.dtype().bytes();
            for (long done = 0; done < storage.numel(); done += stage.size()) {
                int n = (int) Math.min(stage.size(), storage.numel() - done);
                MemorySegment host = storage.segment().asSlice(done * bytes, (long) n * bytes);
                MemorySegment staged = stage.segment().asSlice(0, (long) n * bytes);
                range.segment().set(ValueLayout.JAVA_INT, 0, Math.toIntExact(place.offset() + done));
                range.segment().set(ValueLayout.JAVA_INT, 4, n);
                if (isLoad) {
                    staged.copyFrom(host);
                    run(List.of(load));
                } else {
                    run(List.of(store));
                    host.copyFrom(staged);
                }
            }
        }
    }
}
