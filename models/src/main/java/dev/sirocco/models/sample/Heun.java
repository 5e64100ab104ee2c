package dev.sirocco.models.sample;

import java.util.ArrayList;
import java.util.List;

/**
 * Heun's method for the probability flow (Karras et al. 2022, algorithm 1): two evaluations a step, but one for a step
 * that ends clean; second order.
 */
public record Heun() implements Solver {

    @Override
    public List<SolverStep> steps(NoiseSchedule schedule, double[] times) {
        List<SolverStep> steps = new ArrayList<>();
        for (int i = 0; i + 1 < times.length; i++) {
            steps.add(SolverStep.straight(schedule, times[i], times[i + 1]));
            if (schedule.sigma(times[i + 1]) > 0) {
                steps.add(correction(schedule, times[i], times[i + 1]));
            }
        }
        return steps;
    }

    /**
     * With z = x / scale = a x_0 + s ε, where a is a straight line over s, the direction is
     * dz/ds = a' x_0 + ε = z/s + (a' - a/s) x_0; the step goes along the mean of those at both ends (line 8).
     */
    private static SolverStep correction(NoiseSchedule schedule, double time, double next) {
        double scale = schedule.scale(time);
        double a = schedule.alpha(time) / scale;
        double s = schedule.sigma(time) / scale;
        double nextScale = schedule.scale(next);
        double nextA = schedule.alpha(next) / nextScale;
        double nextS = schedule.sigma(next) / nextScale;
        double slope = (nextA - a) / (nextS - s);
        double half = (nextS - s) / 2;
        return new SolverStep(next, next,
                half / nextS, 0, nextScale * half * (slope - nextA / nextS),
                nextScale / scale * (1 + half / s), nextScale * half * (slope - a / s), 0);
    }
}
