package dev.sirocco.models.sample;

import java.util.List;

/** Ancestral sampling (Ho et al. 2020, algorithm 2), with the smaller of the two variances and steps of any length. */
public record Ddpm() implements Solver {

    @Override
    public List<SolverStep> steps(NoiseSchedule schedule, double[] times) {
        return Solver.each(times, (time, next) -> {
            double sigma = schedule.sigma(time);
            double nextSigma = schedule.sigma(next);
            double kept = schedule.alpha(time) / schedule.alpha(next);           // √α_t for a step of one
            double beta = sigma * sigma - kept * kept * nextSigma * nextSigma;   // β_t
            double x = kept * nextSigma * nextSigma / (sigma * sigma);           // equation 7
            double x0 = schedule.alpha(next) * beta / (sigma * sigma);
            double deviation = nextSigma / sigma * Math.sqrt(beta);              // √β̃_t
            return new SolverStep(time, next, x, 0, x0, 0, 0, deviation);
        });
    }
}
