package dev.sirocco.tensor.passes;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Trades time for memory in training (Chen et al. 2016, "Training deep nets with sublinear memory cost"): of each
 * segment of the forward pass only what other segments take is kept, and the rest is computed again where the backward
 * pass needs it. The results are the same bits.
 */
public final class Checkpointing implements Rewrite.Rule {

    private final int forward;
    private final String[] segments;
    private final Set<Tensor> kept = new HashSet<>();
    private final Map<Tensor, Tensor> originals = new HashMap<>();
    private final Map<Tensor, Tensor> copies = new HashMap<>();
    private final Map<String, Integer> barriers = new HashMap<>();
    private final Map<String, Map<Tensor, Tensor>> fences = new HashMap<>();

    private Checkpointing(Graph graph, int forward, Function<String, String> segmentOf) {
        this.forward = forward;
        segments = new String[graph.nodes().size()];
        for (Node node : graph.nodes()) {
            segments[node.id()] = node.id() < forward ? segmentOf.apply(node.path()) : null;
        }
        for (Node node : graph.nodes().subList(0, forward)) {
            for (Tensor t : node.inputs()) {
                if (segment(t) != null && !segment(t).equals(segments[node.id()])) {
                    kept.add(t);
                }
            }
        }
        kept.addAll(graph.outputs().values());
        kept.addAll(graph.updates().values());
    }

    /**
     * A training graph with recomputation.
     *
     * @param forward the number of nodes that the forward pass has: those in front of the first gradient
     * @param segmentOf the segment of a node from its {@linkplain Node#path path}, such as {@code h.3} for
     *     {@code h.3.attn.q}; null for none
     */
    public static Graph apply(Graph graph, int forward, Function<String, String> segmentOf) {
        return Rewrite.apply(graph, new Checkpointing(graph, forward, segmentOf));
    }

    @Override
    public List<Tensor> emit(Graph target, Node node, List<Tensor> operands) {
        List<Tensor> taken = operands;
        if (node.id() >= forward) {
            taken = new ArrayList<>();
            for (Tensor t : node.inputs()) {
                taken.add(segment(t) == null || kept.contains(t) ? originals.get(t) : again(target, t, segment(t)));
            }
        }
        List<Tensor> outputs = Rewrite.COPY.emit(target, node, taken);
        for (int i = 0; i < outputs.size(); i++) {
            originals.put(new Tensor(node, i), outputs.get(i));
        }
        return outputs;
    }

    /** A tensor of a segment, computed anew from what the segment takes. */
    private Tensor again(Graph target, Tensor t, String segment) {
        Node node = t.node();
        if (node.op() instanceof Op.Leaf && node.inputs().isEmpty()) {
            return originals.get(t);
        }
        if (!segment.equals(segments[node.id()]) || kept.contains(t)) {
            return fences.computeIfAbsent(segment, _ -> new HashMap<>())
                    .computeIfAbsent(t, _ -> fence(target, t, segment));
        }
        if (!copies.containsKey(t)) {
            List<Tensor> operands = node.inputs().stream().map(x -> again(target, x, segment)).toList();
            try (var _ = target.at(node.path())) {
                List<Tensor> outputs = target.add(node.op(), operands).outputs();
                for (int i = 0; i < outputs.size(); i++) {
                    copies.put(new Tensor(node, i), outputs.get(i));
                }
            }
        }
        return copies.get(t);
    }

    /** The original behind a barrier, so that what is computed from it does not become one with the forward pass. */
    private Tensor fence(Graph target, Tensor t, String segment) {
        int barrier = barriers.computeIfAbsent(segment, _ -> barriers.size() + 1);
        return target.add(new Op.Reshape(t.shape(), barrier), originals.get(t));
    }

    private String segment(Tensor t) {
        return segments[t.node().id()];
    }
}
