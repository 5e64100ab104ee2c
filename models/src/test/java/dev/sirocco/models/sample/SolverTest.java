package dev.sirocco.models.sample;

import static dev.sirocco.models.sample.HostLoop.DUMMY;
import static dev.sirocco.models.sample.HostLoop.absoluteSum;
import static dev.sirocco.models.sample.HostLoop.dummySample;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The solvers' tables. Goldens are Σ|x| of diffusers' schedulers on its tests' own sample and network; where its tests
 * have no such number, its schedulers were run. (Its tests of Euler and Heun put the sample scaled for the network into
 * the step too, which is no sampler; here the sample itself goes into the step.)
 */
class SolverTest {

    private static final NoiseSchedule LINEAR = VariancePreserving.linear(1000, 1e-4, 0.02);
    private static final NoiseSchedule LINEAR_1100 = VariancePreserving.linear(1100, 1e-4, 0.02);
    private static final NoiseSchedule ZERO_SNR =
            VariancePreserving.scaledLinear(1000, 0.00085, 0.012).withZeroTerminalSnr();
    private static final double NONE = Double.POSITIVE_INFINITY;

    // ---- diffusers' numbers -----------------------------------------------------------------------------------

    private static double[] run(Solver solver, NoiseSchedule schedule, Prediction prediction, double clip,
            double[] times, double scale) {
        double[] start = Arrays.stream(dummySample()).map(x -> x * scale).toArray();
        return new HostLoop(schedule, prediction, clip, DUMMY).run(solver, times, start);
    }

    private static void assertSum(double expected, double tolerance, double[] x) {
        assertEquals(expected, absoluteSum(x), tolerance);
    }

    @Test
    void ddim() {
        double[] times = Spacing.LEADING.times(LINEAR, 10);
        assertSum(172.0067, 1e-3, run(new Ddim(0), LINEAR, Prediction.EPSILON, 1, times, 1));
        assertSum(52.5302, 1e-3, run(new Ddim(0), LINEAR, Prediction.V, 1, times, 1));
        NoiseSchedule cosine = VariancePreserving.cosine(1000);
        assertSum(181.3678, 1e-2,
                run(new Ddim(0), cosine, Prediction.EPSILON, 1, Spacing.LEADING.times(cosine, 10), 1));
        assertSum(55.6920, 1e-3,
                run(new Ddim(0), ZERO_SNR, Prediction.V, NONE, Spacing.TRAILING.times(ZERO_SNR, 10), 1));
    }

    /** With PyTorch's noise, drawn for each step but the last. */
    @Test
    void ddpm() {
        double[] times = Spacing.TRAILING.times(LINEAR, 1000);
        List<SolverStep> steps = new Ddpm().steps(LINEAR, times);
        TorchRandom torch = new TorchRandom(0);
        double[] x = new HostLoop(LINEAR, Prediction.EPSILON, 1, DUMMY)
                .run(steps, dummySample(), _ -> torch.normal(768));
        assertSum(258.9606, 1e-2, x);
        assertEquals(0.3372, absoluteSum(x) / 768, 1e-4);
        TorchRandom again = new TorchRandom(0);
        assertSum(202.0296, 1e-2,
                new HostLoop(LINEAR, Prediction.V, 1, DUMMY).run(steps, dummySample(), _ -> again.normal(768)));
        TorchRandom few = new TorchRandom(0);
        assertSum(234.8491, 1e-2, new HostLoop(LINEAR, Prediction.EPSILON, 1, DUMMY).run(
                new Ddpm().steps(LINEAR, Spacing.LEADING.times(LINEAR, 10)), dummySample(), _ -> few.normal(768)));
    }

    @Test
    void eulerAndHeun() {
        double[] leading = Spacing.LEADING.times(LINEAR, 10);
        assertSum(172.0067, 1e-2, run(new Euler(), LINEAR, Prediction.EPSILON, NONE, leading, 1));
        assertSum(236.1959, 1e-2, run(new Heun(), LINEAR, Prediction.EPSILON, NONE, leading, 1));
        assertSum(109.3302, 1e-2, run(new Heun(), LINEAR, Prediction.V, NONE, leading, 1));
        double[] linspace = Spacing.LINSPACE.times(LINEAR_1100, 10);
        double scale = LINEAR_1100.sigma(1099);                              // its noise to begin with is a little less
        assertSum(168.0516, 1e-2, run(new Euler(), LINEAR_1100, Prediction.EPSILON, NONE, linspace, scale));
        assertSum(46.9141, 1e-2, run(new Euler(), LINEAR_1100, Prediction.V, NONE, linspace, scale));
        assertSum(244.6025, 1e-2, run(new Heun(), LINEAR_1100, Prediction.EPSILON, NONE, linspace, scale));
        assertSum(116.0958, 1e-2, run(new Heun(), LINEAR_1100, Prediction.V, NONE, linspace, scale));
        assertSum(31.6700, 1e-2,
                run(new Euler(), LINEAR, Prediction.V, NONE, Spacing.KARRAS.times(LINEAR, 10), LINEAR.sigma(999)));
    }

    @Test
    void dpmSolver() {
        double[] toFirst = {999, 899, 799, 699, 599, 500, 400, 300, 200, 100, 0};
        assertEquals(0.3301, absoluteSum(run(new DpmSolver(), LINEAR, Prediction.EPSILON, NONE, toFirst, 1)) / 768,
                1e-4);
        assertEquals(0.2251, absoluteSum(run(new DpmSolver(), LINEAR, Prediction.V, NONE, toFirst, 1)) / 768, 1e-4);
        double[] toClean = toFirst.clone();
        toClean[10] = -1;
        assertSum(185.0114, 1e-2, run(new DpmSolver(), LINEAR, Prediction.EPSILON, NONE, toClean, 1));
        assertSum(76.0106, 1e-2,
                run(new DpmSolver(), LINEAR, Prediction.V, NONE, Spacing.TRAILING.times(LINEAR, 10), 1));
    }

    // ---- exact solutions --------------------------------------------------------------------------------------

    private static final double MEAN = 0.3;
    private static final double DEVIATION = 0.6;

    /** The best denoiser of numbers with this mean and deviation, saying what is asked. */
    private static HostLoop.Network best(NoiseSchedule schedule, Prediction prediction) {
        return (x, t) -> {
            double alpha = schedule.alpha(t);
            double sigma = schedule.sigma(t);
            double variance = Math.pow(alpha * DEVIATION, 2) + sigma * sigma;
            double x0 = MEAN + alpha * DEVIATION * DEVIATION / variance * (x - alpha * MEAN);
            double noise = sigma / variance * (x - alpha * MEAN);
            return switch (prediction) {
                case EPSILON -> noise;
                case V -> alpha * noise - sigma * x0;
                case FLOW -> noise - x0;
                case X0 -> x0;
            };
        };
    }

    private static double deviation(NoiseSchedule schedule, double time) {
        return Math.hypot(schedule.alpha(time) * DEVIATION, schedule.sigma(time));
    }

    /** How far a solver ends from where the probability flow leads. */
    private static double error(Solver solver, NoiseSchedule schedule, Prediction prediction, double from, double to,
            int steps) {
        double[] times = IntStream.rangeClosed(0, steps).mapToDouble(i -> from + (to - from) * i / steps).toArray();
        double start = 1.3;
        double exact = schedule.alpha(to) * MEAN
                + deviation(schedule, to) / deviation(schedule, from) * (start - schedule.alpha(from) * MEAN);
        HostLoop loop = new HostLoop(schedule, prediction, NONE, best(schedule, prediction));
        return Math.abs(loop.run(solver, times, new double[] {start})[0] - exact);
    }

    private static void assertOrder(int order, Solver solver, NoiseSchedule schedule, Prediction prediction,
            double from, double to) {
        double coarse = error(solver, schedule, prediction, from, to, 100);
        double fine = error(solver, schedule, prediction, from, to, 200);
        assertEquals(order, Math.log(coarse / fine) / Math.log(2), 0.25,
                "%s %s from %s: %.2e, %.2e".formatted(solver, prediction, from, coarse, fine));
    }

    @Test
    void ordersOfConvergence() {
        NoiseSchedule cosine = VariancePreserving.cosine(1000);
        for (Prediction prediction : Prediction.values()) {
            assertOrder(1, new Euler(), cosine, prediction, 899, 99);
            assertOrder(1, new Ddim(0), cosine, prediction, 899, 99);
            assertOrder(2, new Heun(), cosine, prediction, 899, 99);
            assertOrder(2, new DpmSolver(), cosine, prediction, 899, 99);
            NoiseSchedule flow = new RectifiedFlow();
            assertOrder(1, new Euler(), flow, prediction, 900, 100);
            assertOrder(2, new Heun(), flow, prediction, 900, 100);
            assertOrder(2, new DpmSolver(), flow, prediction, 900, 100);
        }
        // from nothing but noise: no α to divide by
        assertOrder(2, new Heun(), new RectifiedFlow(), Prediction.FLOW, 1000, 100);
        assertOrder(2, new Heun(), new RectifiedFlow(2), Prediction.FLOW, 1000, 100);
        assertOrder(2, new Heun(), ZERO_SNR, Prediction.V, 999, 199);
    }

    @Test
    void stepsKeepAKnownSampleAndTheNoiseLevel() {
        for (NoiseSchedule schedule : List.of(LINEAR, ZERO_SNR, new RectifiedFlow(), new RectifiedFlow(2))) {
            for (Solver solver : List.of(new Ddpm(), new Ddim(0), new Ddim(0.5), new Ddim(1), new Euler())) {
                for (SolverStep s : solver.steps(schedule, Spacing.TRAILING.times(schedule, 7))) {
                    double mean = s.x() * schedule.alpha(s.time()) + s.raw() + s.x0();
                    double variance = Math.pow(s.x() * schedule.sigma(s.time()), 2) + s.noise() * s.noise();
                    assertEquals(schedule.alpha(s.next()), mean, 1e-12, solver + " " + s);
                    assertEquals(Math.pow(schedule.sigma(s.next()), 2), variance, 1e-12, solver + " " + s);
                }
            }
        }
    }

    @Test
    void ddimWithAllNoiseIsDdpm() {
        double[] times = Spacing.TRAILING.times(LINEAR, 9);
        List<SolverStep> ddim = new Ddim(1).steps(LINEAR, times);
        List<SolverStep> ddpm = new Ddpm().steps(LINEAR, times);
        for (int i = 0; i < ddim.size(); i++) {
            assertEquals(ddpm.get(i).noise(), ddim.get(i).noise(), 1e-12);
            assertEquals(ddpm.get(i).x(), ddim.get(i).x(), 1e-12);
            assertEquals(ddpm.get(i).x0(), ddim.get(i).x0() + ddim.get(i).raw(), 1e-12);
        }
    }

    @Test
    void evaluationsOfTheNetwork() {
        double[] times = Spacing.TRAILING.times(LINEAR, 7);
        for (String name : List.of("ddpm", "ddim", "euler", "dpm")) {
            assertEquals(7, Solver.named(name).steps(LINEAR, times).size(), name);
        }
        assertEquals(13, Solver.named("heun").steps(LINEAR, times).size());
        assertTrue(assertThrows(UserError.class, () -> Solver.named("rk4")).getMessage()
                .startsWith("no solver named rk4"));
    }
}
