package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.passes.Plan.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives every working buffer a place: right in the state that it updates, where nothing reads the old value any more;
 * the output's memory; the same place as the chain output that replaces it; else a stretch of the arena that is shared
 * with buffers of other times.
 */
final class MemoryPlan {

    private static final int ALIGNMENT = 64;

    private final List<Step> steps;
    private final Tracer tracer;
    private final Map<Buffer, Place> places = new HashMap<>();
    private final Map<Buffer, Integer> written = new HashMap<>();
    private final Map<Buffer, Integer> lastRead = new HashMap<>();
    private final Map<State, Integer> stateLastRead = new HashMap<>();

    MemoryPlan(List<Step> steps, Tracer tracer) {
        this.steps = steps;
        this.tracer = tracer;
        for (int i = 0; i < steps.size(); i++) {
            int step = i;
            steps.get(i).results().forEach(b -> written.put(b, step));
            steps.get(i).operands().map(Layout::buffer).forEach(b -> {
                lastRead.put(b, step);
                if (b.leaf() instanceof Op.Read read) {
                    stateLastRead.put(read.state(), step);
                }
            });
        }
    }

    Plan plan() {
        tracer.outputs().values().forEach(layout -> places.put(layout.buffer(), new Place.Output()));
        Map<State, Buffer> writeBacks = new LinkedHashMap<>();
        tracer.updates().forEach((state, buffer) -> {
            if (!places.containsKey(buffer) && canUpdateInPlace(state, buffer)) {
                places.put(buffer, new Place.InState(state));
            } else {
                writeBacks.put(state, buffer);
                lastRead.put(buffer, steps.size());
            }
        });
        steps.forEach(step -> {
            if (step instanceof Step.Epilogue e) {
                overlay(e);
            }
        });
        long bytes = fillArena();
        Set<Buffer> wanted = new HashSet<>(lastRead.keySet());
        tracer.outputs().values().forEach(layout -> wanted.add(layout.buffer()));
        wanted.addAll(tracer.updates().values());
        return new Plan(steps, tracer.outputs(), places, bytes, writeBacks, wanted);
    }

    /** Whether every step that reads the state runs before the one that writes the new value, or reads as it writes. */
    private boolean canUpdateInPlace(State state, Buffer value) {
        int write = written.get(value);
        int read = stateLastRead.getOrDefault(state, -1);
        return read < write || read == write && switch (steps.get(write)) {
            case Step.Chain chain -> readsBeforeWriting(chain, state, value);
            case Step.Epilogue e -> e.call().operands().noneMatch(o -> isState(o, state))
                    && readsBeforeWriting(e.chain(), state, value);
            case Step.Call call -> call.node().op() instanceof Op.UpdateSlice && call.arguments().getFirst().isWhole()
                    && isState(call.arguments().getFirst(), state)
                    && !isState(call.arguments().get(1), state) && !isState(call.arguments().get(2), state);
            case Step.Prologue _ -> false;
        };
    }

    private static boolean readsBeforeWriting(Step.Chain chain, State state, Buffer value) {
        boolean done = false;
        for (Cell cell : chain.cells()) {
            for (Layout o : cell.operands()) {
                if (isState(o, state) && (done || !o.isWhole() || o.dtype() != value.type().dtype())) {
                    return false;
                }
            }
            done |= cell.result() == value;
        }
        return true;
    }

    private static boolean isState(Layout operand, State state) {
        return operand.buffer().leaf() instanceof Op.Read read && read.state() == state;
    }

    /** Lays a product that its chain alone reads where a chain output goes that is written after the last use. */
    private void overlay(Step.Epilogue e) {
        Buffer product = e.call().written().getFirst();
        if (places.containsKey(product) || lastRead.get(product) > written.get(product)) {
            return;
        }
        for (Cell cell : e.chain().cells().reversed()) {
            Buffer result = cell.result();
            if (e.chain().stored().contains(result) && result.type().dtype() == DType.F32
                    && !(places.get(result) instanceof Place.InState)) {
                places.put(product, new Place.SameAs(result));
            }
            if (cell.operands().stream().anyMatch(o -> o.buffer() == product)) {
                return;
            }
        }
    }

    private record Block(Buffer buffer, int from, int to, long bytes) {
        boolean meets(Block other) {
            return from <= other.to && other.from <= to;
        }
    }

    /** Largest first, each at the lowest offset that is free all its life. */
    private long fillArena() {
        List<Block> blocks = new ArrayList<>();
        written.forEach((buffer, step) -> {
            if (!places.containsKey(buffer)) {
                long bytes = (Math.max(1, buffer.type().bytes()) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
                blocks.add(new Block(buffer, step, lastRead.getOrDefault(buffer, step), bytes));
            }
        });
        blocks.sort(Comparator.comparingLong(Block::bytes).reversed().thenComparingInt(Block::from));
        List<Block> placed = new ArrayList<>();                       // by offset
        long end = 0;
        for (Block block : blocks) {
            long offset = 0;
            int index = 0;
            for (int i = 0; i < placed.size(); i++) {
                Block other = placed.get(i);
                long start = ((Place.Arena) places.get(other.buffer())).offset();
                if (other.meets(block)) {
                    if (start >= offset + block.bytes()) {
                        break;
                    }
                    offset = Math.max(offset, start + other.bytes());
                }
            }
            while (index < placed.size() && ((Place.Arena) places.get(placed.get(index).buffer())).offset() < offset) {
                index++;
            }
            placed.add(index, block);
            places.put(block.buffer(), new Place.Arena(offset));
            end = Math.max(end, offset + block.bytes());
        }
        return end;
    }
}
