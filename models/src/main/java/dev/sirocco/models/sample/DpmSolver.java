package dev.sirocco.models.sample;

import java.util.ArrayList;
import java.util.List;

/**
 * DPM-Solver++(2M) (Lu et al. 2022, algorithm 2): one evaluation a step, continued on the line through the last two
 * x_0; second order. The first step, and one that ends clean, are of first order.
 */
public record DpmSolver() implements Solver {

    @Override
    public List<SolverStep> steps(NoiseSchedule schedule, double[] times) {
        List<SolverStep> steps = new ArrayList<>();
        for (int i = 0; i + 1 < times.length; i++) {
            SolverStep first = SolverStep.straight(schedule, times[i], times[i + 1]);
            double ahead = 0;                                                    // 1 / (2 r)
            if (i > 0 && schedule.sigma(times[i + 1]) > 0) {
                double h = lambda(schedule, times[i + 1]) - lambda(schedule, times[i]);
                ahead = h / (2 * (lambda(schedule, times[i]) - lambda(schedule, times[i - 1])));
            }
            // algorithm 2: D = (1 + 1/2r) x_0 - 1/2r previous x_0, in place of x_0
            steps.add(new SolverStep(times[i], times[i + 1], first.x(), 0, first.x0() * (1 + ahead),
                    0, -first.x0() * ahead, 0));
        }
        return steps;
    }

    /** Half the logarithm of the signal-to-noise ratio. */
    private static double lambda(NoiseSchedule schedule, double time) {
        return Math.log(schedule.alpha(time) / schedule.sigma(time));
    }
}
