package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.passes.Buffer;
import dev.sirocco.tensor.passes.Cell;
import dev.sirocco.tensor.passes.Layout;
import dev.sirocco.tensor.passes.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * One element of a chain of element-wise ops: each operand is read once, values between the ops stay in registers, and
 * only what other steps read is written.
 */
final class ChainCode {

    private final Step.Chain chain;
    private final Function<Layout, View> views;
    private final Function<Buffer, View> results;
    private final Buffer kept;

    /**
     * @param views of operands from memory
     * @param results of what is stored
     * @param kept a stored result that is not written but returned, or null
     */
    ChainCode(Step.Chain chain, Function<Layout, View> views, Function<Buffer, View> results, Buffer kept) {
        this.chain = chain;
        this.views = views;
        this.results = results;
        this.kept = kept;
    }

    /** The element at these coordinates of the domain; returns that of the kept result. */
    Value write(KernelCode code, int[] coordinates) {
        Map<Buffer, Value> values = new HashMap<>();
        Map<List<Object>, Value> loaded = new HashMap<>();
        Map<List<Object>, Value> computed = new HashMap<>();
        for (Cell cell : chain.cells()) {
            List<Value> in = new ArrayList<>();
            for (Layout o : cell.operands()) {
                Value inside = values.get(o.buffer());
                in.add(inside != null ? inside
                        : load(code, views.apply(o.reshape(chain.domain())), coordinates, loaded));
            }
            Value value = computed.computeIfAbsent(key(cell.op(), in), _ -> CellCode.write(code, cell.op(), in));
            values.put(cell.result(), value);
            if (chain.stored().contains(cell.result()) && cell.result() != kept) {
                View to = results.apply(cell.result());
                new View(to.place(), chain.domain(), chain.domain().strides()).store(code, coordinates, value);
            }
        }
        return values.get(kept);
    }

    /** What is computed twice has one key. */
    private static List<Object> key(Op op, List<Value> in) {
        boolean isCommutative = op instanceof Op.Binary b && b.kind().isCommutative();
        List<Object> key = new ArrayList<>(in.stream().map(Value::slot)
                .sorted(isCommutative ? Comparator.naturalOrder() : (_, _) -> 0).toList());
        key.addFirst(op == null ? "copy" : op);
        return key;
    }

    private static Value load(KernelCode code, View view, int[] coordinates, Map<List<Object>, Value> loaded) {
        List<Object> key = new ArrayList<>(List.of(view.place()));
        for (int i = 0; i < coordinates.length; i++) {
            key.add(view.shape().dim(i) == 1 ? 0L : view.strides()[i]);
        }
        return loaded.computeIfAbsent(key, _ -> view.load(code, coordinates));
    }

    Shape domain() {
        return chain.domain();
    }

    /** The chain as a kernel of its own. */
    Kernel kernel(String describe) {
        Shape domain = chain.domain();
        return Kernel.elements(describe, domain, this::write);
    }
}
