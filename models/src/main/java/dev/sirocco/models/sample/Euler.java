package dev.sirocco.models.sample;

import java.util.List;

/** Euler's method for the probability flow (Karras et al. 2022, algorithm 1 without its correction); first order. */
public record Euler() implements Solver {

    @Override
    public List<SolverStep> steps(NoiseSchedule schedule, double[] times) {
        return Solver.each(times, (time, next) -> SolverStep.straight(schedule, time, next));
    }
}
