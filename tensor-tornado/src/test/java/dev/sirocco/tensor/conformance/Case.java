package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A row of the suite's table: a function of some operands.
 *
 * @param op traces the outputs from the operands
 * @param terms how many numbers are summed up in one element of an output
 * @param isSmooth whether finite differences make sense; they do not where numbers are rounded
 */
record Case(String name, List<Arg> args, Function<List<Tensor>, List<Tensor>> op, int terms, boolean isSmooth) {

    static Case of(String name, Function<List<Tensor>, Tensor> op, Arg... args) {
        return new Case(name, List.of(args), in -> List.of(op.apply(in)), 1, true);
    }

    static Case several(String name, Function<List<Tensor>, List<Tensor>> op, Arg... args) {
        return new Case(name, List.of(args), op, 1, true);
    }

    Case summing(int number) {
        return new Case(name, args, op, number, isSmooth);
    }

    Case rough() {
        return new Case(name, args, op, terms, false);
    }

    /** Inputs {@code x0 …}; outputs {@code y0 …}. */
    Graph forward() {
        Graph g = new Graph();
        outputs(g, "y", op.apply(inputs(g)));
        return g;
    }

    /** Also inputs {@code c0 …}, the gradients of the F32 outputs; outputs {@code dx0 …} for the F32 operands. */
    Graph gradients() {
        Graph g = new Graph();
        List<Tensor> x = inputs(g);
        List<Tensor> y = op.apply(x);
        outputs(g, "y", y);
        outputs(g, "dx", Grad.vjp(f32(y), inputsLike("c", f32(y)), f32(x)));
        return g;
    }

    /**
     * Also inputs {@code v0 …}, the gradients of those gradients; outputs {@code ddx0 …} for operands and {@code c}.
     */
    Graph secondGradients() {
        Graph g = new Graph();
        List<Tensor> x = inputs(g);
        List<Tensor> y = f32(op.apply(x));
        List<Tensor> c = inputsLike("c", y);
        List<Tensor> dx = Grad.vjp(y, c, f32(x));
        outputs(g, "dx", dx);
        outputs(g, "ddx", Grad.vjp(dx, inputsLike("v", dx), Stream.concat(f32(x).stream(), c.stream()).toList()));
        return g;
    }

    boolean hasGradient() {
        return !f32(inputs(new Graph())).isEmpty() && !f32(op.apply(inputs(new Graph()))).isEmpty();
    }

    /** Numbers for all inputs of one of the graphs above, the same ones every time. */
    Map<String, Storage> numbers(Graph graph) {
        Random random = new Random(name.hashCode());
        Map<String, Storage> numbers = new LinkedHashMap<>();
        for (int i = 0; i < args.size(); i++) {
            numbers.put("x" + i, args.get(i).draw(random));
        }
        graph.inputs().forEach((input, t) ->
                numbers.computeIfAbsent(input, _ -> Arg.of(t.dtype(), t.shape().dims()).draw(random)));
        return numbers;
    }

    private List<Tensor> inputs(Graph g) {
        List<Tensor> inputs = new ArrayList<>();
        for (Arg arg : args) {
            inputs.add(g.input("x" + inputs.size(), arg.type().dtype(), arg.type().shape()));
        }
        return inputs;
    }

    private static List<Tensor> inputsLike(String name, List<Tensor> tensors) {
        List<Tensor> inputs = new ArrayList<>();
        for (Tensor t : tensors) {
            inputs.add(t.graph().input(name + inputs.size(), t.dtype(), t.shape()));
        }
        return inputs;
    }

    private static void outputs(Graph g, String name, List<Tensor> tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            g.output(name + i, tensors.get(i));
        }
    }

    private static List<Tensor> f32(List<Tensor> tensors) {
        return tensors.stream().filter(t -> t.dtype() == DType.F32).toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
