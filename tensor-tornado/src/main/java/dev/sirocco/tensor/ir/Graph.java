package dev.sirocco.tensor.ir;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A traced computation: nodes in the order in which they were made, the outputs asked for by name, and the states to be
 * written when a run ends. Model code fills it through {@link Tensor}; an {@link Executor} turns it into a
 * {@link Program}. Not thread-safe.
 *
 * <pre>{@code
 * Graph g = new Graph();
 * Tensor x = g.input("x", DType.F32, Shape.of(2, 3));
 * g.output("y", x.mul(2).exp());
 * Program p = g.compile(Executors.vector());
 * p.input("x").set(1, 2, 3, 4, 5, 6);
 * p.run();
 * float[] y = p.output("y").floats();
 * }</pre>
 */
public final class Graph {

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final Map<State, Tensor> current = new LinkedHashMap<>();
    private final Map<State, Tensor> updates = new LinkedHashMap<>();
    private final Deque<String> path = new ArrayDeque<>();
    private final boolean training;
    private Tensor seed;
    private int streams;

    /** For inference: dropout is off. */
    public Graph() {
        this(false);
    }

    /** @param training whether dropout is on and batch norms use, and update, their statistics */
    public Graph(boolean training) {
        this.training = training;
    }

    public boolean training() {
        return training;
    }

    // ---- tracing ----------------------------------------------------------------------------------------------

    /**
     * Adds a node.
     *
     * @throws ShapeError if the operands do not fit; the message begins with the layer's path
     */
    public Node add(Op op, List<Tensor> operands) {
        for (Tensor t : operands) {
            if (t.graph() != this) {
                throw new IllegalArgumentException("operand " + t + " of " + op + " belongs to another graph");
            }
        }
        List<TensorType> types;
        try {
            types = op.infer(operands.stream().map(Tensor::type).toList());
        } catch (ShapeError e) {
            throw path.isEmpty() ? e : new ShapeError(path() + ": " + e.getMessage());
        }
        Node node = new Node(this, nodes.size(), op, List.copyOf(operands), types, path());
        nodes.add(node);
        return node;
    }

    public Tensor add(Op op, Tensor... operands) {
        return add(op, List.of(operands)).output();
    }

    /** Names what is traced until the frame is closed: {@code try (var _ = graph.at("h.3.attn")) { … }}. */
    public Frame at(String layer) {
        path.addLast(layer);
        return path::removeLast;
    }

    /** See {@link #at}. */
    @FunctionalInterface
    public interface Frame extends AutoCloseable {
        @Override
        void close();
    }

    /** The innermost layer's name; layers carry their whole path. */
    private String path() {
        return path.isEmpty() ? "" : path.getLast();
    }

    // ---- leaves -----------------------------------------------------------------------------------------------

    /** A tensor given anew for every run. */
    public Tensor input(String name, DType dtype, Shape shape) {
        if (inputs.containsKey(name)) {
            throw new IllegalArgumentException("two inputs named " + name);
        }
        Tensor t = add(new Op.Input(name, new TensorType(shape, dtype)));
        inputs.put(name, t);
        return t;
    }

    public Tensor input(String name, DType dtype, int... dims) {
        return input(name, dtype, Shape.of(dims));
    }

    public Tensor fill(double value, Shape shape) {
        return add(new Op.Fill(new TensorType(shape, DType.F32), value));
    }

    public Tensor fill(double value, TensorType type) {
        return add(new Op.Fill(type, value));
    }

    public Tensor constant(Storage data) {
        return add(new Op.Constant(data));
    }

    /** 0, 1, 2 … as I32 [n]. */
    public Tensor range(int n) {
        return add(new Op.Iota(Shape.of(n), 0));
    }

    // ---- state ------------------------------------------------------------------------------------------------

    /** The state's value at this point of the trace: what was last assigned, or its content when the run begins. */
    public Tensor read(State state) {
        return current.computeIfAbsent(state, s -> add(new Op.Read(s)));
    }

    /** From here on the state has this value; it is written to memory when the run ends. */
    public void assign(State state, Tensor value) {
        if (!value.type().equals(state.type())) {
            throw new ShapeError("assign " + value.type() + " to state " + state);
        }
        if (state.peek().segment().isReadOnly()) {
            throw new IllegalStateException("assign to " + state + ", which can only be read");
        }
        current.put(state, value);
        updates.put(state, value);
    }

    // ---- randomness -------------------------------------------------------------------------------------------

    /**
     * Random ops of this graph draw from this state, I32 [2]: a seed and a step. Every run of a training graph
     * advances the step by one.
     */
    public void randomFrom(State seedAndStep) {
        seed = read(seedAndStep);
        if (training) {
            assign(seedAndStep, seed.add(constant(Storage.of(Shape.of(2), 0, 1))));
        }
    }

    /** Random ops of this graph draw from this tensor, I32 [2], whose step advances whoever runs the program. */
    public void randomFrom(Tensor seedAndStep) {
        seed = seedAndStep;
    }

    /** Uniform in [0, 1); every call is a stream of its own. */
    public Tensor uniform(Shape shape) {
        return random(Op.RandomKind.UNIFORM, shape);
    }

    /** Mean 0, deviation 1; every call is a stream of its own. */
    public Tensor normal(Shape shape) {
        return random(Op.RandomKind.NORMAL, shape);
    }

    private Tensor random(Op.RandomKind kind, Shape shape) {
        if (seed == null) {
            throw new IllegalStateException("random numbers in a graph without randomFrom(state)");
        }
        return add(new Op.Random(kind, shape, streams++), seed);
    }

    // ---- results ----------------------------------------------------------------------------------------------

    /** Asks for a tensor to be kept after a run. */
    public void output(String name, Tensor t) {
        if (outputs.putIfAbsent(name, t) != null) {
            throw new IllegalArgumentException("two outputs named " + name);
        }
    }

    public Program compile(Executor executor) {
        return executor.compile(this);
    }

    public List<Node> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    public Map<String, Tensor> inputs() {
        return Collections.unmodifiableMap(inputs);
    }

    public Map<String, Tensor> outputs() {
        return Collections.unmodifiableMap(outputs);
    }

    /** The states that a run writes, with their new values. */
    public Map<State, Tensor> updates() {
        return Collections.unmodifiableMap(updates);
    }
}
