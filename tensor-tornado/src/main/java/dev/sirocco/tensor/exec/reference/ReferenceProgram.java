package dev.sirocco.tensor.exec.reference;

import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs a graph node by node, every tensor an array of doubles that is kept until the next run. */
public final class ReferenceProgram implements Program {

    private final Graph graph;
    private final Map<String, Storage> inputs = new LinkedHashMap<>();
    private final Map<String, Storage> outputs = new LinkedHashMap<>();
    private final Map<String, double[]> exactInputs = new HashMap<>();
    private final double[][] values;

    /** @param graph of primitives only */
    ReferenceProgram(Graph graph) {
        this.graph = graph;
        this.values = new double[graph.nodes().size()][];
        graph.inputs().forEach((name, t) -> inputs.put(name, new Storage(t.dtype(), t.shape())));
        graph.outputs().forEach((name, t) -> outputs.put(name, new Storage(t.dtype(), t.shape())));
    }

    @Override
    public Storage input(String name) {
        return known(inputs, "input", name);
    }

    @Override
    public Storage output(String name) {
        return known(outputs, "output", name);
    }

    /** Gives an input in double precision, for finite differences; its {@linkplain #input storage} is then not read. */
    public void set(String name, double... numbers) {
        Shape shape = input(name).shape();
        if (numbers.length != shape.numel()) {
            throw new IllegalArgumentException(numbers.length + " numbers for input " + name + " of shape " + shape);
        }
        exactInputs.put(name, numbers.clone());
    }

    /** An output of the last run in double precision. */
    public double[] get(String name) {
        output(name);
        return values[graph.outputs().get(name).node().id()].clone();
    }

    @Override
    public void run() {
        graph.nodes().forEach(this::evaluate);
        outputs.forEach((name, storage) -> write(values[graph.outputs().get(name).node().id()], storage));
        graph.updates().forEach((state, t) -> write(values[t.node().id()], state.storage()));
    }

    /** Computes one node, those before it having been computed. */
    double[] evaluate(Node node) {
        values[node.id()] = switch (node.op()) {
            case Op.Input in when exactInputs.containsKey(in.name()) -> exactInputs.get(in.name());
            case Op.Input in -> read(inputs.get(in.name()));
            case Op.Read read -> read(read.state().storage());
            case Op.Constant c -> read(c.data());
            default -> ScalarOps.compute(node, operands(node));
        };
        return values[node.id()];
    }

    List<double[]> operands(Node node) {
        return node.inputs().stream().map(t -> values[t.node().id()]).toList();
    }

    List<Node> nodes() {
        return graph.nodes();
    }

    /** The doubles of every node: nothing is reused. */
    @Override
    public long bytes() {
        return graph.nodes().stream().mapToLong(n -> n.output().shape().numel() * Double.BYTES).sum();
    }

    @Override
    public String explain() {
        return graph.nodes().stream()
                .map(n -> n + (n.path().isEmpty() ? "" : "  " + n.path()))
                .collect(Collectors.joining("\n", "", "\n%,d bytes in double precision%n".formatted(bytes())));
    }

    @Override
    public void close() {
        Arrays.fill(values, null);
    }

    private static Storage known(Map<String, Storage> storages, String what, String name) {
        Storage storage = storages.get(name);
        if (storage == null) {
            throw new IllegalArgumentException("no " + what + " named " + name + ", only " + storages.keySet());
        }
        return storage;
    }

    private static double[] read(Storage storage) {
        if (storage.dtype() == DType.I32) {                              // a float would not hold them all
            return Arrays.stream(storage.ints()).asDoubleStream().toArray();
        }
        double[] x = new double[Math.toIntExact(storage.numel())];
        for (int i = 0; i < x.length; i++) {
            x[i] = storage.get(i);
        }
        return x;
    }

    private static void write(double[] x, Storage storage) {
        if (storage.dtype() == DType.I32) {
            storage.set(Arrays.stream(x).mapToInt(v -> (int) v).toArray());
            return;
        }
        for (int i = 0; i < x.length; i++) {
            storage.set(i, (float) x[i]);
        }
    }
}
