package dev.sirocco.models.train;

import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Looks into a model: what its layers put out, and how large its weights and their gradients are. */
public final class Inspection implements AutoCloseable {

    /**
     * A layer's last output.
     *
     * @param zeros the share of elements that are exactly 0, such as behind a ReLU
     */
    public record Activation(double mean, double deviation, double largest, double zeros) {}

    /** Root mean squares of a parameter and of its gradient. */
    public record Parameter(double weight, double gradient) {}

    private final Task task;
    private final List<String> layers;
    private final List<State> parameters;
    private final Program program;

    /** Traces the model as it is in inference, without dropout. */
    public Inspection(Task task, Optimizer optimizer, Executor executor) {
        this.task = task;
        Graph g = new Graph();
        Tensor loss = task.loss(g);
        Map<String, Tensor> last = new LinkedHashMap<>();
        for (Node node : g.nodes()) {
            Tensor t = node.output();
            if (!node.path().isEmpty() && t.dtype() == DType.F32 && t.rank() > 1 && !node.inputs().isEmpty()) {
                last.put(node.path(), t);
            }
        }
        layers = List.copyOf(last.keySet());
        parameters = optimizer.parameters();
        List<Tensor> numbers = new ArrayList<>();
        last.values().forEach(t -> numbers.addAll(activation(t)));
        List<Tensor> gradients = optimizer.gradients(loss);
        for (int i = 0; i < gradients.size(); i++) {
            numbers.add(rootMeanSquare(g.read(parameters.get(i))));
            numbers.add(rootMeanSquare(gradients.get(i)));
        }
        g.output("numbers", Tensor.concat(0, numbers.stream().map(t -> t.reshape(1)).toList()));
        program = g.compile(executor);
    }

    private static List<Tensor> activation(Tensor t) {
        Tensor mean = t.mean();
        Tensor deviation = t.sub(mean).square().mean().sqrt();
        return List.of(mean, deviation, t.abs().max(), t.equalTo(t.like(0)).mean());
    }

    private static Tensor rootMeanSquare(Tensor t) {
        return t.square().mean().sqrt();
    }

    /** What a look found, by the layers' paths and the parameters' names. */
    public record Findings(Map<String, Activation> activations, Map<String, Parameter> parameters) {}

    /** Looks at a training batch with the present weights. */
    public Findings look(long batch) {
        task.fill(program, batch);
        program.run();
        float[] n = program.output("numbers").floats();
        Map<String, Activation> activations = new LinkedHashMap<>();
        int i = 0;
        for (String layer : layers) {
            activations.put(layer, new Activation(n[i], n[i + 1], n[i + 2], n[i + 3]));
            i += 4;
        }
        Map<String, Parameter> found = new LinkedHashMap<>();
        for (State p : parameters) {
            found.put(p.name(), new Parameter(n[i], n[i + 1]));
            i += 2;
        }
        return new Findings(activations, found);
    }

    @Override
    public void close() {
        program.close();
    }
}
