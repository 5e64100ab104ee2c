package dev.sirocco.models.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseScheduleTest {

    private static final VariancePreserving LINEAR = VariancePreserving.linear(1000, 1e-4, 0.02);
    private static final VariancePreserving SCALED = VariancePreserving.scaledLinear(1000, 0.00085, 0.012);
    private static final List<NoiseSchedule> ALL = List.of(LINEAR, SCALED, VariancePreserving.cosine(1000),
            SCALED.withZeroTerminalSnr(), new RectifiedFlow(), new RectifiedFlow(2));

    private static double squaredAlpha(NoiseSchedule schedule, double time) {
        return Math.pow(schedule.alpha(time), 2);
    }

    @Test
    void productsOfSingleSteps() {
        assertEquals(1 - 1e-4, squaredAlpha(LINEAR, 0), 1e-12);
        assertEquals((1 - 1e-4) * (1 - 1e-4 - 0.0199 / 999), squaredAlpha(LINEAR, 1), 1e-12);
        assertEquals(4.0358e-5, squaredAlpha(LINEAR, 999), 1e-8);           // as in Ho et al. 2020
        assertEquals(1 - 0.00085, squaredAlpha(SCALED, 0), 1e-12);
        assertEquals(4.6600e-3, squaredAlpha(SCALED, 999), 1e-6);           // Stable Diffusion's
        NoiseSchedule cosine = VariancePreserving.cosine(1000);
        assertEquals(Math.pow(Math.cos(0.508 / 1.008 * Math.PI / 2) / Math.cos(0.008 / 1.008 * Math.PI / 2), 2),
                squaredAlpha(cosine, 499), 1e-9);
    }

    @Test
    void noiseGrowsFromNone() {
        for (NoiseSchedule schedule : ALL) {
            assertEquals(1, schedule.alpha(schedule.clean()));
            assertEquals(0, schedule.sigma(schedule.clean()));
            for (double t = schedule.clean() + 0.5; t <= schedule.clean() + schedule.steps(); t += 0.5) {
                if (schedule.alpha(t) >= schedule.alpha(t - 0.5) || schedule.sigma(t) <= schedule.sigma(t - 0.5)) {
                    throw new AssertionError(schedule + " does not grow at " + t);
                }
            }
        }
    }

    /** Noise is the stronger, by the shift, against what is left of the sample. */
    @Test
    void aShiftedFlowSpendsMoreTimesInNoise() {
        NoiseSchedule plain = new RectifiedFlow();
        NoiseSchedule shifted = new RectifiedFlow(3);
        for (double t = 50; t < 1000; t += 50) {
            assertEquals(3 * plain.sigma(t) / plain.alpha(t), shifted.sigma(t) / shifted.alpha(t), 1e-9);
        }
        assertEquals(1, shifted.sigma(1000));
        assertThrows(IllegalArgumentException.class, () -> new RectifiedFlow(0));
    }

    @Test
    void zeroTerminalSnrLeavesNothing() {
        VariancePreserving rescaled = SCALED.withZeroTerminalSnr();
        assertEquals(0, rescaled.alpha(999));
        assertEquals(1, rescaled.sigma(999));
        assertEquals(SCALED.alpha(0), rescaled.alpha(0), 1e-12);
        double stretch = SCALED.alpha(0) / (SCALED.alpha(0) - SCALED.alpha(999));
        assertEquals((SCALED.alpha(500) - SCALED.alpha(999)) * stretch, rescaled.alpha(500), 1e-12);
    }

    @Test
    void spacings() {
        double[] trailing = {999, 799, 599, 399, 199, -1};
        assertArrayEquals(trailing, Spacing.TRAILING.times(LINEAR, 5), 1e-9);
        assertArrayEquals(new double[] {800, 600, 400, 200, 0, -1}, Spacing.LEADING.times(LINEAR, 5), 1e-9);
        assertArrayEquals(new double[] {999, 749.25, 499.5, 249.75, 0, -1}, Spacing.LINSPACE.times(LINEAR, 5), 1e-9);
        assertArrayEquals(new double[] {1000, 750, 500, 250, 0}, Spacing.TRAILING.times(new RectifiedFlow(), 4), 1e-9);
        assertArrayEquals(new double[] {999, -1}, Spacing.LINSPACE.times(LINEAR, 1), 1e-9);
    }

    @Test
    void karrasSpacingIsEvenInTheRootOfTheNoise() {
        double[] times = Spacing.KARRAS.times(LINEAR, 5);
        assertEquals(999, times[0], 1e-6);
        assertEquals(0, times[4], 1e-6);
        double[] roots = new double[5];
        for (int i = 0; i < 5; i++) {
            roots[i] = Math.pow(LINEAR.sigma(times[i]) / LINEAR.alpha(times[i]), 1 / 7.0);
        }
        for (int i = 1; i < 5; i++) {
            assertEquals((roots[0] - roots[4]) / 4, roots[i - 1] - roots[i], 1e-9);
        }
    }

    @Test
    void impossibleTimesAreRefused() {
        assertEquals("0 sampling steps: choose from 1 to 1000",
                assertThrows(UserError.class, () -> Spacing.TRAILING.times(LINEAR, 0)).getMessage());
        assertThrows(UserError.class, () -> Spacing.TRAILING.times(LINEAR, 1001));
        assertThrows(UserError.class, () -> Spacing.KARRAS.times(new RectifiedFlow(), 10));
    }

    @Test
    void graphsSeeTheSameLevels() {
        float[] shares = {0, 0.25f, 0.4999f, 0.75f, 0.9995f, 1};
        for (NoiseSchedule schedule : ALL) {
            Graph g = new Graph();
            NoiseSchedule.Level level = schedule.level(g.input("share", DType.F32, shares.length));
            g.output("time", level.time());
            g.output("alpha", level.alpha());
            g.output("sigma", level.sigma());
            try (Program p = g.compile(Executors.best())) {
                p.input("share").set(shares);
                p.run();
                for (int i = 0; i < shares.length; i++) {
                    double time = p.output("time").get(i);
                    assertEquals(shares[i] * schedule.steps(), time, 1.001);
                    assertEquals(schedule.alpha(time), p.output("alpha").get(i), 1e-6);
                    assertEquals(schedule.sigma(time), p.output("sigma").get(i), 1e-6);
                }
            }
        }
    }
}
