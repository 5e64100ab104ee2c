package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.reference.ReferenceProgram;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Composites with operands, run on the reference executor in double precision. */
final class OnReference {

    private static final double STEP = 1e-5;

    private OnReference() {}

    /** All outputs, whose types must be those that {@code infer} promises. */
    static List<Numbers> outputs(Composite op, Numbers... operands) {
        Graph g = new Graph();
        List<Tensor> x = inputs(g, "x", List.of(operands));
        List<Tensor> y = g.add(op, x).outputs();
        assertEquals(types(y), types(op.compose(x)), "types of " + op);
        name(g, "y", y);
        try (ReferenceProgram p = compile(g)) {
            set(p, "x", List.of(operands));
            p.run();
            return IntStream.range(0, y.size()).mapToObj(i -> new Numbers(y.get(i).type(), p.get("y" + i))).toList();
        }
    }

    static Numbers output(Composite op, Numbers... operands) {
        return outputs(op, operands).getFirst();
    }

    /** Compares the gradients of the F32 operands, and the gradients of these, with central differences. */
    static void checkGradients(Composite op, double tolerance, Numbers... operands) {
        Graph g = new Graph();
        List<Tensor> x = inputs(g, "x", List.of(operands));
        List<Tensor> variables = x.stream().filter(t -> t.dtype() == DType.F32).toList();
        List<Tensor> y = g.add(op, x).outputs();
        Random random = new Random(3);
        List<Numbers> weights = like(y, random);
        Tensor first = weightedSum(y, inputs(g, "dy", weights));
        List<Tensor> dx = Grad.of(first, variables);
        List<Numbers> secondWeights = like(dx, random);
        Tensor second = weightedSum(dx, inputs(g, "ddx", secondWeights));
        g.output("first", first);
        g.output("second", second);
        name(g, "gradient of first", dx);
        name(g, "gradient of second", Grad.of(second, variables));

        try (ReferenceProgram p = compile(g)) {
            set(p, "x", List.of(operands));
            set(p, "dy", weights);
            set(p, "ddx", secondWeights);
            int variable = 0;
            for (int i = 0; i < operands.length; i++) {
                if (operands[i].isF32()) {
                    compare(p, "x" + i, operands[i], variable++, op, tolerance);
                }
            }
        }
    }

    private static void compare(ReferenceProgram p, String name, Numbers x, int variable, Composite op,
            double tolerance) {
        double[][] differences = new double[2][x.values().length];
        double[] moved = x.values().clone();
        for (int j = 0; j < moved.length; j++) {
            for (int sign = -1; sign <= 1; sign += 2) {
                moved[j] = x.values()[j] + sign * STEP;
                p.set(name, moved);
                p.run();
                differences[0][j] += sign * p.get("first")[0] / (2 * STEP);
                differences[1][j] += sign * p.get("second")[0] / (2 * STEP);
            }
            moved[j] = x.values()[j];
        }
        p.set(name, x.values());
        p.run();
        String what = " of " + op + " by " + name;
        Numbers.assertClose(differences[0], p.get("gradient of first" + variable), tolerance, "gradient" + what);
        Numbers.assertClose(differences[1], p.get("gradient of second" + variable), tolerance,
                "second gradient" + what);
    }

    private static ReferenceProgram compile(Graph g) {
        return (ReferenceProgram) Executors.reference().compile(g);
    }

    private static List<Tensor> inputs(Graph g, String prefix, List<Numbers> numbers) {
        List<Tensor> inputs = new ArrayList<>();
        for (Numbers n : numbers) {
            inputs.add(g.input(prefix + inputs.size(), n.type().dtype(), n.type().shape()));
        }
        return inputs;
    }

    private static void name(Graph g, String prefix, List<Tensor> outputs) {
        for (int i = 0; i < outputs.size(); i++) {
            g.output(prefix + i, outputs.get(i));
        }
    }

    private static void set(ReferenceProgram p, String prefix, List<Numbers> numbers) {
        for (int i = 0; i < numbers.size(); i++) {
            p.set(prefix + i, numbers.get(i).values());
        }
    }

    private static List<Numbers> like(List<Tensor> tensors, Random random) {
        return tensors.stream().map(t -> Numbers.normal(random, t.shape().dims())).toList();
    }

    private static List<TensorType> types(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::type).toList();
    }

    private static Tensor weightedSum(List<Tensor> tensors, List<Tensor> weights) {
        return IntStream.range(0, tensors.size()).mapToObj(i -> tensors.get(i).mul(weights.get(i)).sum())
                .reduce(Tensor::add).orElseThrow();
    }
}
