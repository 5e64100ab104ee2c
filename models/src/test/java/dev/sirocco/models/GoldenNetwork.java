package dev.sirocco.models;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A network with published names against its golden file from src/test/python/golden_pictures.py: what it gives, and
 * gradients of the sum, over what it gives, of the mean of squares. On both executors.
 */
public final class GoldenNetwork {

    private static final String INPUT = "golden.input.";
    private static final String OUTPUT = "golden.output.";
    private static final String GRADIENT = "golden.gradient.";
    private static final double TOLERANCE = 1e-4;

    private GoldenNetwork() {}

    /** @param outputs from the inputs by name to the outputs by name */
    public static <M> void check(String file, Function<Scope, M> model, Function<M, Parameters> parameters,
            BiFunction<M, Map<String, Tensor>, Map<String, Tensor>> outputs) {
        Safetensors golden = Golden.open(file);
        M network = Scope.load(Golden.path(file), name -> name.startsWith("golden."), model);
        for (Executor executor : List.of(Executors.reference(), Executors.vector())) {
            Graph g = new Graph();
            Map<String, Tensor> inputs = inputs(golden, g);
            Map<String, Tensor> out = outputs.apply(network, inputs);
            out.forEach((name, t) -> g.output(OUTPUT + name, t));
            Tensor loss = out.values().stream().map(t -> t.square().mean()).reduce(Tensor::add).orElseThrow();
            List<String> variables = new ArrayList<>(Golden.under(golden, GRADIENT).keySet());
            List<Tensor> gradients = Grad.of(loss, variables.stream()
                    .map(v -> inputs.containsKey(v) ? inputs.get(v) : g.read(parameters.apply(network).get(v)))
                    .toList());
            for (int i = 0; i < variables.size(); i++) {
                g.output(GRADIENT + variables.get(i), gradients.get(i));
            }
            try (Program p = g.compile(executor)) {
                inputs.keySet().forEach(name -> p.input(name).set(golden.get(INPUT + name)));
                p.run();
                g.outputs().keySet().forEach(name -> assertClose(name, golden.get(name), p.output(name)));
            }
        }
    }

    /** What a network gives, on the executor that users get; for one that is too large for the rest. */
    public static <M> void checkOutputs(Path file, Function<Scope, M> model,
            BiFunction<M, Map<String, Tensor>, Map<String, Tensor>> outputs) {
        Safetensors golden = Safetensors.open(file);
        M network = Scope.load(file, name -> name.startsWith("golden."), model);
        Graph g = new Graph();
        Map<String, Tensor> inputs = inputs(golden, g);
        outputs.apply(network, inputs).forEach((name, t) -> g.output(OUTPUT + name, t));
        try (Program p = g.compile(Executors.best())) {
            inputs.keySet().forEach(name -> p.input(name).set(golden.get(INPUT + name)));
            p.run();
            g.outputs().keySet().forEach(name -> System.out.printf("%s: relative error of %s %.1e%n",
                    file.getFileName(), name, assertClose(name, golden.get(name), p.output(name))));
        }
    }

    private static Map<String, Tensor> inputs(Safetensors golden, Graph g) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        Golden.under(golden, INPUT).forEach((name, s) -> inputs.put(name, g.input(name, s.dtype(), s.shape())));
        return inputs;
    }

    /** @return the largest error, of what is largest */
    private static double assertClose(String name, Storage expected, Storage actual) {
        assertTrue(expected.shape().equals(actual.shape()), name + ": " + expected.shape() + ", got " + actual.shape());
        float[] e = expected.floats();
        float[] a = actual.floats();
        double largest = 0;
        double error = 0;
        for (int i = 0; i < e.length; i++) {
            largest = Math.max(largest, Math.abs(e[i]));
            error = Math.max(error, Math.abs(e[i] - a[i]));
        }
        assertTrue(error <= TOLERANCE * largest, "%s: off by %.2e where the largest is %.2e"
                .formatted(name, error, largest));
        return error / largest;
    }
}
