package dev.sirocco.tensor.exec.reference;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;

/** Finds where a NaN or an infinity comes from. */
public final class Check {

    private Check() {}

    /**
     * Runs a graph node by node on the reference executor, writing no state, up to the first node that makes a NaN or
     * an infinity out of operands without one. Infinities that the graph asks for, as masks do, are no fault.
     *
     * @param inputs by name; the others are zeros
     * @return the node's path, op and operands in one line; empty if there is no such node
     */
    public static Optional<String> firstNonFinite(Graph graph, Map<String, Storage> inputs) {
        try (ReferenceProgram program = new ReferenceExecutor().compile(graph)) {
            inputs.forEach((name, storage) -> program.input(name).set(storage));
            for (Node node : program.nodes()) {
                double[] value = program.evaluate(node);
                List<double[]> operands = program.operands(node);
                if (appears(Double::isNaN, value, operands)) {
                    return Optional.of(describe(node, "NaN"));
                }
                if (appears(Double::isInfinite, value, operands) && !isAskedFor(node.op())) {
                    return Optional.of(describe(node, "infinity"));
                }
            }
            return Optional.empty();
        }
    }

    private static boolean appears(DoublePredicate fault, double[] value, List<double[]> operands) {
        return Arrays.stream(value).anyMatch(fault)
                && operands.stream().noneMatch(x -> Arrays.stream(x).anyMatch(fault));
    }

    private static boolean isAskedFor(Op op) {
        return op instanceof Op.Fill || op instanceof Op.Constant || op instanceof Op.Pad;
    }

    private static String describe(Node node, String fault) {
        return "%s%s of %s makes the first %s in %s".formatted(
                node.path().isEmpty() ? "" : node.path() + ": ", node.op(),
                node.inputs().stream().map(t -> t.type().toString()).collect(Collectors.joining(", ", "(", ")")),
                fault, node.output().type());
    }
}
