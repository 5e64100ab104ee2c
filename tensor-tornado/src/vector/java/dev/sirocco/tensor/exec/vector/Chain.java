package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.passes.Buffer;
import dev.sirocco.tensor.passes.Cell;
import dev.sirocco.tensor.passes.Layout;
import dev.sirocco.tensor.passes.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * A chain of element-wise ops, bound to memory. It goes through its domain in blocks that fit the first-level cache:
 * each op's loop runs over the whole block, intermediate values never leaving the cache.
 */
final class Chain {

    /** Elements of a block at most. */
    static final int BLOCK = 1024;

    /** Rows shorter than this share a block, their strided operands being copied together first. */
    private static final int SHORT_ROW = 64;

    /** Where a value of the chain comes from or goes to. */
    private enum Kind {
        /** In memory, in the order of the domain. */
        LINEAR,
        /** One element for the whole domain. */
        REPEATED,
        /** In memory, in rows of another order. */
        STRIDED,
        /** In the worker's scratch memory, for the time of a block. */
        REGISTER
    }

    /**
     * @param address of the first element; of a register, its offset in the scratch memory
     * @param copy where in the scratch memory a vector for the tail, a repeated element, or a strided block lies
     * @param reader fills strided blocks; null where rows of them can be read as they lie
     */
    private record Slot(Kind kind, DType dtype, long address, long[] strides, long copy, StridedReader reader) {
        /** Bytes from vector to vector, when the elements follow each other. */
        long vectorBytes() {
            return (long) Floats.LANES * dtype.bytes();
        }
    }

    private record Instruction(Loops.Loop loop, int result, int a, int b, int c) {}

    private final Workers workers;
    private final long size;
    private final int[] dims;
    private final boolean byRows;
    private final List<Slot> slots = new ArrayList<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private final int[] stored;
    private final int[] loaded;
    private final int window;
    private final long scratchBytes;
    private final int cells;
    private final Run[] runs;

    /**
     * @param address of each buffer that is read or stored
     * @param window the stored buffer that {@link #runInto} writes to a place given then, or null
     */
    Chain(Step.Chain plan, ToLongFunction<Buffer> address, Buffer window, Workers workers) {
        this.workers = workers;
        this.size = plan.domain().numel();
        this.cells = plan.cells().size();
        Binding binding = new Binding(plan, address, window);
        this.dims = binding.dims;
        this.byRows = dims.length > 0 && dims[dims.length - 1] >= SHORT_ROW;
        binding.bind();
        this.stored = binding.stored.stream().mapToInt(Integer::intValue).toArray();
        this.loaded = IntStream.range(0, slots.size()).filter(i -> slots.get(i).kind != Kind.REGISTER
                && !binding.stored.contains(i)).toArray();
        this.window = window == null ? -1 : binding.slotOf.get(window);
        this.scratchBytes = binding.scratch;
        this.runs = new Run[workers.count()];
        Arrays.setAll(runs, _ -> new Run());
    }

    /** The number of elements. */
    long size() {
        return size;
    }

    int cells() {
        return cells;
    }

    /** Computes the elements from {@code start} on. */
    void run(long start, long count, int worker) {
        runInto(0, start, count, worker);
    }

    /** As {@link #run}; the first element of the window buffer goes to {@code address}. */
    void runInto(long address, long start, long count, int worker) {
        if (count == 0) {
            return;
        }
        runs[worker].start(workers.scratch(worker, 1, scratchBytes), address, start);
        runs[worker].blocks(start, start + count);
    }

    /** The addresses that one worker is at. */
    private final class Run {
        private final long[] at = new long[slots.size()];
        private final long[] step = new long[slots.size()];
        private final long[] targets = new long[stored.length];
        private long scratch;
        private long windowBase;

        void start(long scratchAddress, long windowAddress, long start) {
            scratch = scratchAddress;
            windowBase = windowAddress - 4 * start;
            for (int i = 0; i < at.length; i++) {
                Slot s = slots.get(i);
                step[i] = s.vectorBytes();
                switch (s.kind) {
                    case REGISTER -> at[i] = scratch + s.address;
                    case REPEATED -> {
                        repeat(s.address, scratch + s.copy, s.dtype);
                        at[i] = scratch + s.copy;
                        step[i] = 0;
                    }
                    case LINEAR, STRIDED -> { }
                }
            }
        }

        void blocks(long start, long end) {
            int inner = dims.length == 0 ? 1 : dims[dims.length - 1];
            for (long pos = start; pos < end; ) {
                long rest = byRows ? Math.min(end - pos, inner - pos % inner) : end - pos;
                int n = (int) Math.min(BLOCK, rest);
                point(pos, n);
                compute(n / Floats.LANES);
                if (n % Floats.LANES != 0) {
                    computeTail(n / Floats.LANES, n % Floats.LANES);
                }
                pos += n;
            }
        }

        /** Finds the block's elements in memory; gathers those that do not follow each other. */
        private void point(long pos, int n) {
            for (int i = 0; i < at.length; i++) {
                Slot s = slots.get(i);
                if (s.kind == Kind.LINEAR) {
                    at[i] = (i == window ? windowBase : s.address) + pos * s.dtype.bytes();
                } else if (s.kind == Kind.STRIDED) {
                    pointStrided(i, s, pos, n);
                }
            }
        }

        private void pointStrided(int i, Slot s, long pos, int n) {
            if (s.reader != null) {
                s.reader.read(pos, n, scratch + s.copy);
                at[i] = scratch + s.copy;
            } else if (s.strides[dims.length - 1] == 1) {
                at[i] = element(s, pos);
            } else {
                repeat(element(s, pos), scratch + s.copy, s.dtype);
                at[i] = scratch + s.copy;
                step[i] = 0;
            }
        }

        private void compute(int vectors) {
            for (Instruction in : instructions) {
                in.loop.run(at[in.result], at[in.a], step[in.a], at[in.b], step[in.b], at[in.c], step[in.c], vectors);
            }
        }

        /** The last elements, fewer than a vector: in copies, so that no loop reaches beyond anybody's memory. */
        private void computeTail(int vectors, int n) {
            for (int i = 0; i < at.length; i++) {
                at[i] += vectors * step[i];
            }
            for (int i : loaded) {
                Slot s = slots.get(i);
                if (step[i] != 0 && at[i] != scratch + s.copy + vectors * step[i]) {
                    copyTail(at[i], scratch + s.copy, n, s.dtype);
                    at[i] = scratch + s.copy;
                }
            }
            for (int i = 0; i < stored.length; i++) {
                targets[i] = at[stored[i]];
                at[stored[i]] = scratch + slots.get(stored[i]).copy;
            }
            compute(1);
            for (int i = 0; i < stored.length; i++) {
                copyTail(at[stored[i]], targets[i], n, slots.get(stored[i]).dtype);
            }
            for (int i = 0; i < at.length; i++) {
                Slot s = slots.get(i);
                if (s.kind == Kind.REGISTER) {
                    at[i] = scratch + s.address;
                }
            }
        }
    }

    private static void repeat(long from, long to, DType dtype) {
        if (dtype.bytes() == 4) {
            Floats.store(to, IntVector.broadcast(Floats.INTS, Memory.i32(from)));
            return;
        }
        for (int i = 0; i < Floats.LANES; i++) {
            Memory.copy(from, to + (long) i * dtype.bytes(), dtype.bytes());
        }
    }

    /** Copies fewer elements than a vector has. */
    private static void copyTail(long from, long to, int elements, DType dtype) {
        if (dtype.bytes() == 4) {
            VectorMask<Float> tail = Floats.upTo(0, elements);
            Floats.store(to, Floats.load(from, tail), tail);
            return;
        }
        for (int i = 0; i < elements; i++) {
            Memory.copy(from + (long) i * dtype.bytes(), to + (long) i * dtype.bytes(), dtype.bytes());
        }
    }

    /** The address of the element at a position of the domain. */
    private long element(Slot s, long pos) {
        long offset = 0;
        for (int d = dims.length - 1; d >= 0; d--) {
            offset += pos % dims[d] * s.strides[d];
            pos /= dims[d];
        }
        return s.address + offset * s.dtype.bytes();
    }

    // ---- binding ------------------------------------------------------------------------------------------------

    /** Finds slots for all values of a plan. */
    private final class Binding {
        private final Step.Chain plan;
        private final ToLongFunction<Buffer> address;
        private final Buffer window;
        private final Map<Layout, long[]> strides = new IdentityHashMap<>();
        private final Map<Buffer, Integer> slotOf = new HashMap<>();
        private final List<Integer> stored = new ArrayList<>();
        private final Map<Integer, List<Long>> freeRegisters = new HashMap<>();
        private final int[] dims;
        private long scratch;

        Binding(Step.Chain plan, ToLongFunction<Buffer> address, Buffer window) {
            this.plan = plan;
            this.address = address;
            this.window = window;
            Shape domain = plan.domain();
            List<long[]> all = new ArrayList<>();
            for (Cell cell : plan.cells()) {
                for (Layout o : cell.operands()) {
                    if (!isInside(o)) {
                        long[] s = o.reshape(domain).strides().clone();
                        strides.put(o, s);
                        all.add(s);
                    }
                }
            }
            all.add(domain.strides());
            this.dims = Axes.collapse(domain.dims(), all);
            strides.replaceAll((_, s) -> Axes.collapsed(domain.dims(), all, s));
        }

        private boolean isInside(Layout o) {
            return plan.cells().stream().anyMatch(c -> c.result() == o.buffer());
        }

        void bind() {
            Map<Buffer, Integer> lastUse = new HashMap<>();
            for (int i = 0; i < plan.cells().size(); i++) {
                for (Layout o : plan.cells().get(i).operands()) {
                    lastUse.put(o.buffer(), i);
                }
            }
            for (int i = 0; i < plan.cells().size(); i++) {
                Cell cell = plan.cells().get(i);
                int[] in = cell.operands().stream().mapToInt(this::operand).toArray();
                Loops.Loop before = cell.op() == null ? null : Loops.before(cell.op());
                if (before != null) {
                    int between = register(DType.F32);
                    instructions.add(new Instruction(before, between, in[0], in[0], in[0]));
                    in = new int[] {in[0], between, in[in.length - 1]};
                }
                for (Layout o : cell.operands()) {
                    release(o.buffer(), i, lastUse);
                }
                int result = result(cell.result());
                if (!lastUse.containsKey(cell.result())) {
                    release(cell.result(), i, Map.of(cell.result(), i));
                }
                instructions.add(new Instruction(loop(cell), result, in[0], in[Math.min(1, in.length - 1)],
                        in[in.length - 1]));
                if (before != null) {
                    free(in[1]);
                }
            }
        }

        private static Loops.Loop loop(Cell cell) {
            DType type = cell.operands().getFirst().dtype();
            return cell.op() == null ? Loops.copy(type) : Loops.of(cell.op(), type);
        }

        /** A register may be reused by the very op that reads it last: loops read an element before they write it. */
        private void release(Buffer buffer, int at, Map<Buffer, Integer> lastUse) {
            Integer slot = slotOf.get(buffer);
            if (slot != null && lastUse.get(buffer) == at && slots.get(slot).kind == Kind.REGISTER) {
                free(slot);
            }
        }

        private void free(int register) {
            Slot slot = slots.get(register);
            List<Long> free = freeRegisters.computeIfAbsent(slot.dtype.bytes(), _ -> new ArrayList<>());
            if (!free.contains(slot.address)) {
                free.add(slot.address);
            }
        }

        private int operand(Layout o) {
            if (slotOf.containsKey(o.buffer()) && isInside(o)) {
                return slotOf.get(o.buffer());
            }
            long[] s = strides.get(o);
            long first = address.applyAsLong(o.buffer()) + o.offset() * o.dtype().bytes();
            Kind kind = Axes.isLinear(dims, s) ? Kind.LINEAR
                    : Arrays.stream(s).allMatch(x -> x == 0) ? Kind.REPEATED : Kind.STRIDED;
            for (int i = 0; i < slots.size(); i++) {
                Slot other = slots.get(i);
                if (other.kind == kind && other.address == first && other.dtype == o.dtype()
                        && !stored.contains(i) && Arrays.equals(other.strides, s)) {
                    return i;
                }
            }
            int elements = kind == Kind.STRIDED ? BLOCK : Floats.LANES;
            StridedReader reader = kind == Kind.STRIDED && !(byRows && (s[s.length - 1] == 0 || s[s.length - 1] == 1))
                    ? new StridedReader(o.dtype(), first, dims, s) : null;
            return add(new Slot(kind, o.dtype(), first, s, reserve(elements, o.dtype()), reader));
        }

        private int result(Buffer buffer) {
            DType type = buffer.type().dtype();
            int slot;
            if (plan.stored().contains(buffer)) {
                long first = buffer == window ? 0 : address.applyAsLong(buffer);
                slot = add(new Slot(Kind.LINEAR, type, first, null, reserve(Floats.LANES, type), null));
                stored.add(slot);
            } else {
                slot = register(type);
            }
            slotOf.put(buffer, slot);
            return slot;
        }

        private int register(DType type) {
            List<Long> free = freeRegisters.getOrDefault(type.bytes(), List.of());
            return add(new Slot(Kind.REGISTER, type, free.isEmpty() ? reserve(BLOCK, type) : free.removeLast(), null, 0,
                    null));
        }

        private int add(Slot slot) {
            slots.add(slot);
            return slots.size() - 1;
        }

        private long reserve(int elements, DType type) {
            long offset = scratch;
            scratch += ((long) elements * type.bytes() + 63) / 64 * 64;
            return offset;
        }
    }
}
