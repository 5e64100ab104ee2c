package dev.sirocco.models.optim;

/**
 * What the learning rates are multiplied by, over the course of a training run. The course is a fraction from 0 to 1,
 * of the steps or of the minutes, so one schedule serves both.
 */
@FunctionalInterface
public interface Schedule {

    double at(double fraction);

    static Schedule constant() {
        return _ -> 1;
    }

    /** From 1 to {@code last}. */
    static Schedule linear(double last) {
        return f -> 1 + (last - 1) * f;
    }

    /** Half a cosine from 1 to {@code last} (Loshchilov and Hutter 2017, equation 5). */
    static Schedule cosine(double last) {
        return f -> last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * f));
    }

    /** Warm-up-stable-decay without the warm-up: 1 until {@code hold}, then linearly to 0. */
    static Schedule holdThenLinear(double hold) {
        return f -> Math.min(1, (1 - f) / (1 - hold));
    }

    /** With a linear rise from 0 in front, over this fraction of the run. */
    default Schedule withWarmup(double warmup) {
        return f -> (f < warmup ? f / warmup : 1) * at(f);
    }
}
