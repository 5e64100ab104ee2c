package dev.sirocco.models.sample;

import java.util.List;

/**
 * Implicit sampling (Song et al. 2021), in which clipping changes x_0 but not the direction.
 *
 * @param eta how much noise is added on the way: 0 for none, 1 for as much as {@link Ddpm}
 */
public record Ddim(double eta) implements Solver {

    @Override
    public List<SolverStep> steps(NoiseSchedule schedule, double[] times) {
        return Solver.each(times, (time, next) -> {
            double alpha = schedule.alpha(time);
            double sigma = schedule.sigma(time);
            double nextSigma = schedule.sigma(next);
            double kept = alpha / schedule.alpha(next) * nextSigma;
            double noise = eta * nextSigma / sigma * Math.sqrt(sigma * sigma - kept * kept);         // equation 16
            double direction = Math.sqrt(nextSigma * nextSigma - noise * noise);                     // equation 12
            // ε is (x - α x_0) / σ with the x_0 that was not clipped
            return new SolverStep(time, next, direction / sigma, -direction * alpha / sigma, schedule.alpha(next), 0, 0,
                    noise);
        });
    }
}
