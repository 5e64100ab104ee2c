package dev.sirocco.models.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.sample.DiffusionLoss.Times;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiffusionLossTest {

    private static final List<NoiseSchedule> SCHEDULES = List.of(VariancePreserving.cosine(100),
            VariancePreserving.scaledLinear(1000, 0.00085, 0.012).withZeroTerminalSnr(), new RectifiedFlow(),
            new RectifiedFlow(2));
    private static final double ANSWER = 0.1;

    /** With a network that gives always the same answer, and shows what it was asked. */
    private static Program program(DiffusionLoss loss, Shape shape, boolean training) {
        Graph g = new Graph(training);
        if (training) {
            g.randomFrom(new State("random", Storage.of(Shape.of(2), 3, 0)));
        }
        Tensor x0 = g.input("x0", DType.F32, shape);
        g.output("loss", loss.of((x, time) -> {
            g.output("x", x);
            g.output("time", time);
            return x.like(ANSWER);
        }, x0));
        Program p = g.compile(Executors.best());
        for (int i = 0; i < shape.numel(); i++) {
            p.input("x0").set(i, (float) Math.sin(i));
        }
        return p;
    }

    private static double weight(Prediction prediction, double alpha, double sigma, double gamma) {
        double snr = alpha * alpha / (sigma * sigma);
        return switch (prediction) {
            case EPSILON -> Math.min(snr, gamma) / snr;
            case V -> Math.min(snr, gamma) * sigma * sigma / Math.pow(alpha * alpha + sigma * sigma, 2);
            case FLOW -> Math.min(snr, gamma) * Math.pow(sigma / (alpha + sigma), 2);
            case X0 -> Math.min(snr, gamma);
        };
    }

    /** From what the network was asked, its error in double precision. */
    @Test
    void errorOfEveryPrediction() {
        Shape shape = Shape.of(7, 1, 3, 5);
        for (NoiseSchedule schedule : SCHEDULES) {
            for (Prediction prediction : Prediction.values()) {
                for (double gamma : new double[] {0, 5}) {
                    try (Program p = program(new DiffusionLoss(schedule, prediction, Times.UNIFORM, gamma), shape,
                            true)) {
                        p.run();
                        double sum = 0;
                        for (int i = 0; i < 105; i++) {
                            double time = p.output("time").get(i / 15);
                            double alpha = schedule.alpha(time);
                            double sigma = schedule.sigma(time);
                            double x0 = p.input("x0").get(i);
                            double noise = (p.output("x").get(i) - alpha * x0) / sigma;
                            double target = switch (prediction) {
                                case EPSILON -> noise;
                                case V -> alpha * noise - sigma * x0;
                                case FLOW -> noise - x0;
                                case X0 -> x0;
                            };
                            double weight = gamma == 0 ? 1 : weight(prediction, alpha, sigma, gamma);
                            sum += weight * Math.pow(ANSWER - target, 2) / 105;
                        }
                        assertEquals(sum, p.output("loss").scalar(), 1e-4 * sum, prediction + " " + gamma);
                    }
                }
            }
        }
    }

    /** The target is what gives the clean sample back. */
    @Test
    void targetsAndEstimatesFit() {
        Graph g = new Graph();
        Shape column = Shape.of(1, 1);
        Tensor x0 = g.fill(0.7, column);
        Tensor noise = g.fill(-1.3, column);
        for (NoiseSchedule schedule : SCHEDULES) {
            double time = schedule.steps() * 0.4;
            double alpha = schedule.alpha(time);
            double sigma = schedule.sigma(time);
            for (Prediction prediction : Prediction.values()) {
                Prediction.Estimate e = prediction.x0(alpha, sigma);
                Tensor target = prediction.target(x0, noise, g.fill(alpha, column), g.fill(sigma, column));
                Tensor found = target.mul(e.output()).add(e.x() * (alpha * 0.7 - sigma * 1.3));
                assertEquals(0.7, found.eval().scalar(), 1e-5, prediction.toString());
            }
        }
    }

    @Test
    void noiseIsNormalAndTimesAreSpread() {
        int n = 4098;
        for (NoiseSchedule schedule : SCHEDULES) {
            for (Times times : Times.values()) {
                try (Program p = program(new DiffusionLoss(schedule, Prediction.V, times, 0), Shape.of(n, 1), true)) {
                    p.input("x0").fill(0);
                    p.run();
                    double[] shares = IntStream.range(0, n)
                            .mapToDouble(i -> p.output("time").get(i) / schedule.steps()).sorted().toArray();
                    assertEquals(0.5, shares[n / 2], 0.04);
                    // a quarter of the sigmoids of normal numbers lies below sigmoid(-0.6745)
                    assertEquals(times == Times.UNIFORM ? 0.25 : 0.3375, shares[n / 4], 0.04);
                    double variance = 0;
                    for (int i = 0; i < n; i++) {
                        double sigma = schedule.sigma(p.output("time").get(i));
                        variance += sigma == 0 ? 0 : Math.pow(p.output("x").get(i) / sigma, 2) / n;
                    }
                    assertEquals(1, variance, 0.1);
                }
            }
        }
    }

    @Test
    void trainingDrawsAnewAndValidationDoesNot() {
        for (boolean training : new boolean[] {true, false}) {
            DiffusionLoss loss = new DiffusionLoss(new RectifiedFlow(), Prediction.FLOW);
            try (Program p = program(loss, Shape.of(3, 2), training)) {
                p.run();
                float[] first = p.output("x").floats();
                p.run();
                if (training) {
                    assertFalse(Arrays.equals(first, p.output("x").floats()));
                } else {
                    assertArrayEquals(first, p.output("x").floats());
                }
            }
        }
    }

    @Test
    void aNetworkThatKnowsLosesNothing() {
        Graph g = new Graph(true);
        g.randomFrom(new State("random", Storage.of(Shape.of(2), 3, 0)));
        Tensor x0 = g.fill(0.5, Shape.of(17, 1, 2, 2));
        NoiseSchedule schedule = new RectifiedFlow();
        g.output("loss", new DiffusionLoss(schedule, Prediction.FLOW).of((x, time) ->
                x.sub(0.5).div(time.reshape(17, 1, 1, 1).div(schedule.steps())), x0));       // (x - x_0) / t
        try (Program p = g.compile(Executors.best())) {
            p.run();
            assertTrue(p.output("loss").scalar() < 1e-8);
        }
    }
}
