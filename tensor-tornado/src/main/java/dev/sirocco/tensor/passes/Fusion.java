package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Joins cells into chains, and chains with the product before or the reduction behind them, and orders the steps.
 *
 * <p>Every cell and call has a level: that of its operands inside the same chain, or one more than that of any other
 * operand. Cells are joined only within a level, so steps never wait for each other in a circle.
 */
final class Fusion {

    /** A chain in the making. */
    private static final class Group {
        private final int level;
        private Shape domain;
        private final List<Cell> cells = new ArrayList<>();

        private Group(int level, Shape domain) {
            this.level = level;
            this.domain = domain;
        }
    }

    private final Tracer tracer;
    private final Target target;
    private final Set<Buffer> pinned = new HashSet<>();
    private final Map<Buffer, List<Object>> readers = new HashMap<>();
    private final Map<Cell, Group> groups = new IdentityHashMap<>();
    private final Map<Buffer, Integer> levels = new HashMap<>();

    Fusion(Tracer tracer, Target target) {
        this.tracer = tracer;
        this.target = target;
        tracer.outputs().values().forEach(layout -> pinned.add(layout.buffer()));
        pinned.addAll(tracer.updates().values());
    }

    /** The steps of the program in an order in which they can run. */
    List<Step> steps() {
        List<Object> items = live();
        items.forEach(this::level);
        items.reversed().forEach(item -> {
            if (item instanceof Cell cell) {
                sink(cell);
            }
        });
        return schedule(join(items));
    }

    // ---- what is needed ---------------------------------------------------------------------------------------

    /** The cells and calls whose results somebody reads, in order; fills {@link #readers}. */
    private List<Object> live() {
        List<Object> items = new ArrayList<>();
        Stream.concat(tracer.cells().values().stream(), tracer.calls().stream())
                .sorted(Comparator.comparingInt(Fusion::order).reversed())
                .filter(item -> results(item).stream().anyMatch(b -> pinned.contains(b) || readers.containsKey(b)))
                .forEach(item -> {
                    items.add(item);
                    operands(item).forEach(o -> readers.computeIfAbsent(o.buffer(), _ -> new ArrayList<>()).add(item));
                });
        return items.reversed();
    }

    private static int order(Object item) {
        return item instanceof Cell c ? c.order() : ((Step.Call) item).order();
    }

    private static List<Layout> operands(Object item) {
        return item instanceof Cell c ? c.operands() : ((Step.Call) item).arguments();
    }

    private static List<Buffer> results(Object item) {
        return item instanceof Cell c ? List.of(c.result()) : ((Step.Call) item).written();
    }

    // ---- chains -----------------------------------------------------------------------------------------------

    private void level(Object item) {
        int level = operands(item).stream().mapToInt(o -> levels.getOrDefault(o.buffer(), -1) + 1).max().orElse(0);
        if (item instanceof Cell cell) {
            Group group = group(cell, level);
            group.cells.add(cell);
            groups.put(cell, group);
            level = group.level;
        }
        for (Buffer result : results(item)) {
            levels.put(result, level);
        }
    }

    /** The group that a cell joins: that of its latest operands, if nothing else forbids it, or a new one. */
    private Group group(Cell cell, int apart) {
        List<Group> candidates = cell.operands().stream().filter(Layout::isWhole).map(this::producer)
                .filter(p -> p != null && sameSize(p, cell)).map(groups::get)
                .filter(g -> g.level == apart - 1).distinct().toList();
        boolean otherwiseReady = cell.operands().stream()
                .filter(o -> levels.getOrDefault(o.buffer(), -1) == apart - 1)
                .allMatch(o -> o.isWhole() && producer(o) != null && candidates.contains(groups.get(producer(o))));
        Shape domain = cell.shape();
        for (Group g : candidates) {
            domain = domain == null ? null : commonAxes(domain, g.domain);
        }
        if (candidates.isEmpty() || !otherwiseReady || domain == null) {
            return new Group(apart, cell.shape());
        }
        Group joined = candidates.getFirst();
        joined.domain = domain;
        for (Group g : candidates.subList(1, candidates.size())) {
            joined.cells.addAll(g.cells);
            g.cells.forEach(c -> groups.put(c, joined));
        }
        return joined;
    }

    /**
     * Moves a cell that only one later chain reads into that chain, which saves writing and reading its result, if the
     * chain then reads no more than it did.
     */
    private void sink(Cell cell) {
        List<Object> all = readers.getOrDefault(cell.result(), List.of());
        if (pinned.contains(cell.result()) || all.isEmpty() || !all.stream().allMatch(r -> r instanceof Cell)) {
            return;
        }
        Group own = groups.get(cell);
        Group other = groups.get((Cell) all.getFirst());
        boolean onlyReader = other != own && all.stream().allMatch(r -> groups.get((Cell) r) == other
                && ((Cell) r).operands().stream().filter(o -> o.buffer() == cell.result()).allMatch(Layout::isWhole)
                && sameSize((Cell) r, cell));
        long large = cell.operands().stream().filter(o -> o.buffer().type().shape().numel() * 2 > cell.shape().numel())
                .count();
        Shape domain = onlyReader ? commonAxes(cell.shape(), other.domain) : null;
        if (large <= 1 && domain != null) {
            own.cells.remove(cell);
            other.cells.add(cell);
            other.domain = domain;
            groups.put(cell, other);
        }
    }

    private Cell producer(Layout operand) {
        return tracer.cells().get(operand.buffer());
    }

    private static boolean sameSize(Cell a, Cell b) {
        return a.shape().numel() == b.shape().numel();
    }

    /** The coarsest shape into whose axes both shapes, of the same size, can be split; null if there is none. */
    private static Shape commonAxes(Shape a, Shape b) {
        if (a.equals(b) || a.numel() == 0) {
            return a;
        }
        TreeSet<Long> blocks = new TreeSet<>();
        for (Shape s : List.of(a, b)) {
            long block = 1;
            for (int i = s.rank() - 1; i >= 0; i--) {
                block *= s.dim(i);
                blocks.add(block);
            }
        }
        blocks.remove(1L);
        List<Integer> dims = new ArrayList<>();
        long inner = 1;
        for (long block : blocks) {
            if (block % inner != 0) {
                return null;
            }
            dims.addFirst((int) (block / inner));
            inner = block;
        }
        return Shape.of(dims);
    }

    // ---- steps ------------------------------------------------------------------------------------------------

    private List<Step> join(List<Object> items) {
        Map<Group, Step.Chain> chains = new IdentityHashMap<>();
        for (Group g : new HashSet<>(groups.values())) {
            chains.put(g, chain(g));
        }
        List<Step> steps = new ArrayList<>();
        for (Object item : items.reversed()) {
            if (item instanceof Step.Call call) {
                Group behind = target.takesEpilogue(call.node().op()) ? behind(call, chains) : null;
                Group before = target.takesPrologue(call.node().op()) ? before(call, chains) : null;
                steps.add(behind != null ? new Step.Epilogue(call, chains.remove(behind))
                        : before != null ? new Step.Prologue(chains.remove(before), call) : call);
            }
        }
        steps.addAll(chains.values());
        return steps;
    }

    private Step.Chain chain(Group g) {
        List<Cell> cells = g.cells.stream().sorted(Comparator.comparingInt(Cell::order)).toList();
        Set<Buffer> stored = new HashSet<>();
        for (Cell c : cells) {
            boolean readOutside = readers.getOrDefault(c.result(), List.of()).stream()
                    .anyMatch(r -> !(r instanceof Cell cell) || groups.get(cell) != g);
            if (readOutside || pinned.contains(c.result())) {
                stored.add(c.result());
            }
        }
        return new Step.Chain(g.domain, cells, stored);
    }

    /** The group to be run on each block of a call's result, which it reads element for element; null for none. */
    private Group behind(Step.Call call, Map<Group, Step.Chain> chains) {
        Buffer result = call.written().getFirst();
        List<Object> all = readers.getOrDefault(result, List.of());
        for (Object reader : all) {
            Group group = reader instanceof Cell cell ? groups.get(cell) : null;
            boolean isOnlyReader = !pinned.contains(result) && all.stream().allMatch(r -> isIn(group, r));
            if (chains.containsKey(group) && readsInPlace(group, result)
                    && (isOnlyReader || needsNothingLater(group, result))) {
                return group;
            }
        }
        return null;
    }

    private boolean isIn(Group group, Object item) {
        return item instanceof Cell cell && groups.get(cell) == group;
    }

    private static boolean readsInPlace(Group group, Buffer buffer) {
        return group.cells.stream().allMatch(c -> c.operands().stream().filter(o -> o.buffer() == buffer)
                .allMatch(o -> o.isWhole() && c.shape().numel() == buffer.type().shape().numel()));
    }

    /** Whether all else that a group reads is there before a buffer: then others may read that buffer too. */
    private boolean needsNothingLater(Group group, Buffer buffer) {
        return group.cells.stream().flatMap(c -> c.operands().stream())
                .filter(o -> o.buffer() != buffer && (producer(o) == null || !isIn(group, producer(o))))
                .allMatch(o -> levels.getOrDefault(o.buffer(), -1) < levels.get(buffer));
    }

    /** The group whose only stored result is a call's first operand, which nobody else reads; null if there is none. */
    private Group before(Step.Call call, Map<Group, Step.Chain> chains) {
        Layout operand = call.arguments().getFirst();
        Cell producer = producer(operand);
        Group group = producer == null ? null : groups.get(producer);
        boolean fits = group != null && chains.containsKey(group) && operand.isWhole()
                && chains.get(group).stored().equals(Set.of(operand.buffer()))
                && !pinned.contains(operand.buffer()) && readers.get(operand.buffer()).size() == 1;
        return fits ? group : null;
    }

    /** Whatever can run, the earliest in the trace first. */
    private static List<Step> schedule(List<Step> steps) {
        Map<Buffer, Integer> producer = new HashMap<>();
        for (int i = 0; i < steps.size(); i++) {
            int step = i;
            steps.get(i).results().forEach(b -> producer.put(b, step));
        }
        List<Set<Integer>> after = IntStream.range(0, steps.size()).<Set<Integer>>mapToObj(_ -> new HashSet<>())
                .toList();
        int[] waiting = new int[steps.size()];
        for (int i = 0; i < steps.size(); i++) {
            int step = i;
            steps.get(i).operands().map(o -> producer.get(o.buffer())).filter(p -> p != null && p != step).distinct()
                    .forEach(p -> {
                        after.get(p).add(step);
                        waiting[step]++;
                    });
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>(Comparator.comparingInt(i -> steps.get(i).order()));
        IntStream.range(0, waiting.length).filter(i -> waiting[i] == 0).forEach(ready::add);
        List<Step> ordered = new ArrayList<>();
        while (!ready.isEmpty()) {
            int step = ready.remove();
            ordered.add(steps.get(step));
            for (int next : after.get(step)) {
                if (--waiting[next] == 0) {
                    ready.add(next);
                }
            }
        }
        if (ordered.size() != steps.size()) {
            throw new IllegalStateException("steps wait for each other in a circle");
        }
        return ordered;
    }
}
