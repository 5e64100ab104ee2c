package dev.sirocco.models.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.Golden;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OptimizerTest {

    private static final Safetensors GOLDEN = Golden.open("optimisers.safetensors");

    /** The parameter after four steps, the gradient being cos(parameter · step). */
    private static float[] run(Algorithm algorithm, int steps) {
        return run(algorithm, steps, 3, 5);
    }

    private static float[] run(Algorithm algorithm, int steps, int... shape) {
        Scope scope = Scope.root(1);
        State p = scope.param("p", (w, _) -> w.set(GOLDEN.get("start")), shape);
        Optimizer optimizer = new Optimizer(scope.parameters(), Group.all(algorithm));
        Graph g = new Graph(true);
        Tensor gradient = g.read(p).mul(g.input("step", DType.F32, 1)).cos();
        optimizer.update(g, List.of(gradient), g.input("numbers", DType.F32, optimizer.numberCount()));
        try (Program program = g.compile(Executors.best())) {
            for (int step = 0; step < steps; step++) {
                program.input("step").set(step + 1f);
                program.input("numbers").set(optimizer.numbers(step, 1));
                program.run();
            }
        }
        return p.storage().floats();
    }

    @Test
    void stepsEqualPyTorch() {
        Golden.assertClose("sgd", GOLDEN.get("sgd").floats(), run(new Sgd(0.1, 0.9, false, 0.01), 4), 1e-5);
        Golden.assertClose("nesterov", GOLDEN.get("nesterov").floats(), run(new Sgd(0.1, 0.9, true, 0), 4), 1e-5);
        Golden.assertClose("adam", GOLDEN.get("adam").floats(), run(new Adam(0.03, 0.8, 0.95, 1e-8, 0.1), 4), 1e-5);
        Golden.assertClose("adamw", GOLDEN.get("adamw").floats(), run(new AdamW(0.03, 0.8, 0.95, 1e-8, 0.1), 4), 1e-5);
    }

    @Test
    void lambStepsAreRelativeToTheParametersNorm() {
        float[] before = GOLDEN.get("start").floats();
        float[] after = run(new Lamb(0.01, 0.9, 0.999, 1e-6, 0), 1);
        double norm = 0;
        double step = 0;
        for (int i = 0; i < before.length; i++) {
            norm += before[i] * before[i];
            step += (after[i] - before[i]) * (after[i] - before[i]);
        }
        assertEquals(0.01 * Math.sqrt(norm), Math.sqrt(step), 1e-5);
    }

    @Test
    void orthogonalisedMatricesHaveSingularValuesNearOne() {
        for (int[] d : new int[][] {{7, 13}, {17, 8}, {8, 8}}) {
            float[] values = new float[2 * d[0] * d[1]];
            Random random = new Random(4);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            Graph g = new Graph();
            Tensor x = g.constant(Storage.of(Shape.of(2, d[0], d[1]), values));
            Tensor y = Muon.orthogonalise(x, 5);
            Tensor small = d[0] < d[1] ? y : y.transpose();                       // (2, n, m), n ≤ m
            // The sum of the squared singular values, n of them between 0.7 and 1.2.
            double meanSquare = small.square().sum().eval().scalar() / (2 * small.dim(1));
            assertTrue(meanSquare > 0.5 && meanSquare < 1.4, "mean squared singular value " + meanSquare);
        }
    }

    @Test
    void muonSeesAConvolutionAsAMatrix() {
        Muon muon = new Muon(0.02, 0.1);
        assertArrayEquals(run(muon, 3), run(muon, 3, 3, 1, 5, 1));
    }

    @Test
    void clippingKeepsTheDirection() {
        Graph g = new Graph();
        List<Tensor> gradients = List.of(g.constant(Storage.of(Shape.of(2), 3f, 0f)),
                g.constant(Storage.of(Shape.of(1), 4f)));
        Tensor norm = Optimizer.norm(gradients);
        assertEquals(5, norm.eval().scalar(), 1e-6);
        assertEquals(1.6, Optimizer.clip(gradients, norm, 2).get(1).eval().scalar(), 1e-5);
        assertEquals(4, Optimizer.clip(gradients, norm, 6).get(1).eval().scalar(), 1e-6);
    }

    @Test
    void theAverageFollowsTheParameter() {
        Scope scope = Scope.root(1);
        State p = scope.param("p", (w, _) -> w.fill(1), 2);
        Ema ema = new Ema(0.75, scope.parameters().trainable());
        Graph g = new Graph(true);
        g.assign(p, g.read(p).like(3));
        ema.update(g, g.input("decay", DType.F32, 1));
        try (Program program = g.compile(Executors.best())) {
            program.input("decay").set(0.75f);
            program.run();
        }
        ema.swap();
        assertEquals(1.5, p.storage().get(0), 1e-6);
        ema.swap();
        assertEquals(3, p.storage().get(0), 1e-6);
        assertEquals(0.1, ema.decay(0), 1e-9);
        assertEquals(0.75, ema.decay(1000), 1e-9);
    }

    @Test
    void schedulesBeginAndEndWhereTheyShould() {
        assertEquals(0.5, Schedule.linear(0).at(0.5), 1e-12);
        assertEquals(0.1, Schedule.cosine(0.1).at(1), 1e-12);
        assertEquals(1, Schedule.holdThenLinear(0.8).at(0.8), 1e-12);
        assertEquals(0.5, Schedule.holdThenLinear(0.8).at(0.9), 1e-12);
        assertEquals(0.25, Schedule.constant().withWarmup(0.2).at(0.05), 1e-12);
    }
}
