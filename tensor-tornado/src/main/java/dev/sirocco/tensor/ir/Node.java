package dev.sirocco.tensor.ir;

import java.util.List;

/** One op applied to operands, in a {@link Graph}. Immutable; compared by identity. */
public final class Node {

    private final Graph graph;
    private final int id;
    private final Op op;
    private final List<Tensor> inputs;
    private final List<TensorType> types;
    private final String path;

    Node(Graph graph, int id, Op op, List<Tensor> inputs, List<TensorType> types, String path) {
        this.graph = graph;
        this.id = id;
        this.op = op;
        this.inputs = inputs;
        this.types = types;
        this.path = path;
    }

    public Graph graph() {
        return graph;
    }

    /** The node's place in {@link Graph#nodes}: operands have smaller numbers. */
    public int id() {
        return id;
    }

    public Op op() {
        return op;
    }

    public List<Tensor> inputs() {
        return inputs;
    }

    public Tensor input(int i) {
        return inputs.get(i);
    }

    /** The types of the outputs. */
    public List<TensorType> types() {
        return types;
    }

    /** The only, or the first, output. */
    public Tensor output() {
        return new Tensor(this, 0);
    }

    public List<Tensor> outputs() {
        return java.util.stream.IntStream.range(0, types.size()).mapToObj(i -> new Tensor(this, i)).toList();
    }

    /** The layer that traced it, such as {@code h.3.attn}; empty outside any. */
    public String path() {
        return path;
    }

    @Override
    public String toString() {
        return "%" + id + " = " + op + inputs.stream().map(t -> "%" + t.node().id()).toList() + " : " + types;
    }
}
