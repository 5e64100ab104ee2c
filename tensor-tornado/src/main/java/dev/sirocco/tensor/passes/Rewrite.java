package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Tensor;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies what is needed of one graph into another, node by node in order, by a rule that may emit something else of the
 * same types. Every pass is such a rule.
 */
public final class Rewrite {

    /** Emits the outputs of a node, given its operands in the new graph. */
    @FunctionalInterface
    public interface Rule {
        List<Tensor> emit(Graph target, Node node, List<Tensor> operands);
    }

    /** Emits the node as it is. */
    public static final Rule COPY = (target, node, operands) -> switch (node.op()) {
        case Op.Input in -> List.of(target.input(in.name(), in.type().dtype(), in.type().shape()));
        case Op.Read read -> List.of(target.read(read.state()));
        default -> target.add(node.op(), operands).outputs();
    };

    private final Graph target;
    private final Rule rule;
    private final Map<Tensor, Tensor> copies = new HashMap<>();

    private Rewrite(Graph target, Rule rule) {
        this.target = target;
        this.rule = rule;
    }

    /** A new graph with the inputs, outputs and updates of the old one, and only the nodes that lead to them. */
    public static Graph apply(Graph source, Rule rule) {
        Graph target = new Graph(source.training());
        Rewrite rewrite = new Rewrite(target, rule);
        source.inputs().values().forEach(t -> rewrite.emit(t.node()));
        BitSet live = needed(source, source.outputs().values(), source.updates().values());
        live.stream().mapToObj(source.nodes()::get).forEach(rewrite::emit);
        source.outputs().forEach((name, t) -> target.output(name, rewrite.copies.get(t)));
        source.updates().forEach((state, t) -> target.assign(state, rewrite.copies.get(t)));
        return target;
    }

    /** A new graph whose only output, {@code value}, is this tensor. */
    public static Graph extract(Tensor tensor) {
        Graph target = new Graph();
        Rewrite rewrite = new Rewrite(target, COPY);
        needed(tensor.graph(), List.of(tensor), List.of()).stream()
                .mapToObj(tensor.graph().nodes()::get).forEach(rewrite::emit);
        target.output("value", rewrite.copies.get(tensor));
        return target;
    }

    private void emit(Node node) {
        if (copies.containsKey(node.output())) {
            return;
        }
        List<Tensor> operands = node.inputs().stream().map(copies::get).toList();
        try (var _ = target.at(node.path())) {
            List<Tensor> outputs = rule.emit(target, node, operands);
            for (int i = 0; i < outputs.size(); i++) {
                copies.put(new Tensor(node, i), outputs.get(i));
            }
        }
    }

    private static BitSet needed(Graph graph, Collection<Tensor> outputs, Collection<Tensor> updates) {
        BitSet needed = new BitSet(graph.nodes().size());
        outputs.forEach(t -> needed.set(t.node().id()));
        updates.forEach(t -> needed.set(t.node().id()));
        for (int id = needed.length() - 1; id >= 0; id = needed.previousSetBit(id - 1)) {
            graph.nodes().get(id).inputs().forEach(t -> needed.set(t.node().id()));
            if (id == 0) {
                break;
            }
        }
        return needed;
    }
}
