package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.UserError;
import java.util.stream.IntStream;

/** Which times a solver stops at on its way from noise to sample (Lin et al. 2023, table 2). */
public enum Spacing {

    /** Equal steps from the noisiest time on: what a network is asked first is what it was trained to end with. */
    TRAILING,
    /** Equal steps that start below the noisiest time, as in the DDIM paper and Stable Diffusion. */
    LEADING,
    /** Equal steps from the noisiest time to the least noisy one that a network knows, and a short one to clean. */
    LINSPACE,
    /** Noise levels σ / α that lie close where there is little of it (Karras et al. 2022, equation 5, ρ = 7). */
    KARRAS;

    private static final double RHO = 7;
    private static final int BISECTIONS = 60;

    /**
     * Times from noise to clean.
     *
     * @param steps from 1 to the schedule's
     * @return {@code steps + 1} falling times, of which the last one is clean
     * @throws UserError if there are too few steps, too many, or the noisiest time has nothing but noise and this is
     *     {@link #KARRAS}
     */
    public double[] times(NoiseSchedule schedule, int steps) {
        if (steps < 1 || steps > schedule.steps()) {
            throw new UserError("%d sampling steps: choose from 1 to %d".formatted(steps, schedule.steps()));
        }
        double clean = schedule.clean();
        double noisiest = clean + schedule.steps();
        double first = clean + 1;
        double leading = schedule.steps() / steps;                               // a whole number
        return IntStream.rangeClosed(0, steps).mapToDouble(i -> {
            if (i == steps) {
                return clean;
            }
            double course = steps == 1 ? 0 : (double) i / (steps - 1);
            return switch (this) {
                case TRAILING -> noisiest - (noisiest - clean) * i / steps;
                case LEADING -> first + (steps - 1 - i) * leading;
                case LINSPACE -> noisiest + (first - noisiest) * course;
                case KARRAS -> time(schedule, karras(ratio(schedule, noisiest), ratio(schedule, first), course));
            };
        }).toArray();
    }

    private static double karras(double most, double least, double course) {
        if (Double.isInfinite(most)) {
            throw new UserError("Karras spacing needs a noise level to start from, and this model starts from pure "
                    + "noise: choose trailing spacing");
        }
        double root = Math.pow(most, 1 / RHO) + course * (Math.pow(least, 1 / RHO) - Math.pow(most, 1 / RHO));
        return Math.pow(root, RHO);
    }

    private static double ratio(NoiseSchedule schedule, double time) {
        return schedule.sigma(time) / schedule.alpha(time);
    }

    /** When the noise reaches this σ / α. */
    private static double time(NoiseSchedule schedule, double ratio) {
        double low = schedule.clean();
        double high = low + schedule.steps();
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (ratio(schedule, middle) < ratio) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }
}
