package dev.sirocco.models.sample;

/**
 * One evaluation of the network, and where it leads: the next sample is the sum of what is named here, each times its
 * number.
 *
 * @param time at which the network is asked
 * @param next the time of the next sample
 * @param x the present sample
 * @param raw the clean sample x_0 as the network sees it
 * @param x0 the same, clipped
 * @param previousX the sample of the evaluation before
 * @param previousX0 the clipped x_0 of the evaluation before
 * @param noise new noise of deviation 1
 */
public record SolverStep(double time, double next, double x, double raw, double x0, double previousX, double previousX0,
        double noise) {

    /** From one noise level to another with x_0 and ε unchanged: α' x_0 + σ' ε, where ε = (x - α x_0) / σ. */
    static SolverStep straight(NoiseSchedule schedule, double time, double next) {
        double ratio = schedule.sigma(next) / schedule.sigma(time);
        return new SolverStep(time, next, ratio, 0, schedule.alpha(next) - schedule.alpha(time) * ratio, 0, 0, 0);
    }
}
