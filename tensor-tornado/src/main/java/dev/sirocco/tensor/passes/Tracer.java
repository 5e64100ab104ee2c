package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Turns nodes into cells and calls, and movements into layouts. Copies are made where a layout is not possible. */
final class Tracer {

    private static final int LARGEST_CONSTANT = 1 << 16;

    private final Target target;
    private final Map<Tensor, Layout> layouts = new HashMap<>();
    private final Map<Buffer, Cell> cells = new LinkedHashMap<>();
    private final List<Step.Call> calls = new ArrayList<>();
    private final Map<String, Layout> outputs = new LinkedHashMap<>();
    private final Map<State, Buffer> updates = new LinkedHashMap<>();
    private int order;

    Tracer(Target target) {
        this.target = target;
    }

    /** The cells by their results, in order. */
    Map<Buffer, Cell> cells() {
        return cells;
    }

    List<Step.Call> calls() {
        return calls;
    }

    /** Each output, a whole working buffer. */
    Map<String, Layout> outputs() {
        return outputs;
    }

    /** The new value of each state, a whole working buffer. */
    Map<State, Buffer> updates() {
        return updates;
    }

    void trace(Graph graph) {
        graph.nodes().forEach(this::trace);
        graph.outputs().forEach((name, t) -> outputs.put(name, working(layouts.get(t))));
        graph.updates().forEach((state, t) -> {
            if (!(t.node().op() instanceof Op.Read read && read.state() == state)) {
                updates.put(state, working(layouts.get(t)).buffer());
            }
        });
    }

    private void trace(Node node) {
        List<Layout> in = node.inputs().stream().map(layouts::get).toList();
        switch (node.op()) {
            case Op.Fill f -> layouts.put(node.output(), Layout.repeat(constant(number(f)), f.type().shape()));
            case Op.Iota iota -> layouts.put(node.output(), iota(iota));
            case Op.Random _ -> call(node, in);
            case Op.Leaf leaf -> layouts.put(node.output(), Layout.of(Buffer.of(leaf)));
            case Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Slice _, Op.Flip _, Op.Unfold _ ->
                    layouts.put(node.output(), move(node, in.getFirst()));
            case Op op when target.isElementWise(op) ->
                    layouts.put(node.output(), Layout.of(cell(op, in, node.output().type())));
            default -> call(node, in);
        }
    }

    private Layout move(Node node, Layout in) {
        Shape result = node.output().shape();
        Layout moved = in.move(node.op(), result);
        return moved != null ? moved : copy(in).move(node.op(), result);
    }

    private void call(Node node, List<Layout> in) {
        List<Layout> arguments = IntStream.range(0, in.size()).mapToObj(i -> argument(node, i, in.get(i))).toList();
        List<Buffer> results = node.types().stream().map(Buffer::working).toList();
        calls.add(new Step.Call(node, arguments, results, order++));
        for (int i = 0; i < results.size(); i++) {
            layouts.put(new Tensor(node, i), Layout.of(results.get(i)));
        }
    }

    /** The operand as the kernel can read it: stored narrow and not cast, as it lies, or as a copy. */
    private Layout argument(Node node, int operand, Layout layout) {
        Cell producer = cells.get(layout.buffer());
        if (producer != null && producer.op() instanceof Op.Cast && layout.isWhole()) {
            Layout narrow = producer.operands().getFirst().reshape(layout.shape());
            if (narrow != null && !narrow.dtype().isArithmetic() && target.accepts(node, operand, narrow)) {
                return narrow;
            }
        }
        return target.accepts(node, operand, layout) ? layout : copy(layout);
    }

    private Buffer cell(Op op, List<Layout> operands, TensorType type) {
        Buffer result = Buffer.working(type);
        cells.put(result, new Cell(op, operands, result, order++));
        return result;
    }

    /** The same elements in a buffer of their own; a repeated number is written out now, not in every run. */
    private Layout copy(Layout layout) {
        if (layout.buffer().leaf() instanceof Op.Constant c && c.data().numel() == 1
                && layout.shape().numel() <= LARGEST_CONSTANT) {
            Storage repeated = new Storage(layout.dtype(), layout.shape());
            repeated.fill(c.data().scalar());
            return Layout.of(constant(repeated));
        }
        return copied(layout);
    }

    private Layout copied(Layout layout) {
        return Layout.of(cell(null, List.of(layout), new TensorType(layout.shape(), layout.dtype())));
    }

    /** Memory of the program's own with exactly this content. */
    private Layout working(Layout layout) {
        return layout.buffer().isWorking() && layout.isWhole() ? layout : copied(layout);
    }

    private static Buffer constant(Storage data) {
        return Buffer.of(new Op.Constant(data));
    }

    private static Storage number(Op.Fill fill) {
        Storage single = new Storage(fill.type().dtype(), Shape.of(1));
        if (fill.type().dtype() == DType.I32) {
            single.set((int) fill.value());
        } else {
            single.set((float) fill.value());
        }
        return single;
    }

    private static Layout iota(Op.Iota iota) {
        int n = iota.shape().dim(iota.axis());
        Storage numbers = Storage.of(Shape.of(n), IntStream.range(0, n).toArray());
        long[] strides = new long[iota.shape().rank()];
        strides[iota.axis()] = 1;
        return new Layout(constant(numbers), iota.shape(), 0, strides);
    }
}
