package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.Tensor;

/**
 * The straight way from sample to noise (Liu et al. 2022; Lipman et al. 2023): α = 1 - t and σ = t. Times are 1000 t,
 * as in Stable Diffusion 3, so that a network's embedding of times serves this schedule and the discrete ones.
 */
public record RectifiedFlow() implements NoiseSchedule {

    private static final int STEPS = 1000;

    @Override
    public double alpha(double time) {
        return 1 - sigma(time);
    }

    @Override
    public double sigma(double time) {
        return time / STEPS;
    }

    @Override
    public double clean() {
        return 0;
    }

    @Override
    public int steps() {
        return STEPS;
    }

    @Override
    public double scale(double time) {
        return 1;
    }

    @Override
    public Level level(Tensor share) {
        return new Level(share.mul(STEPS), share.like(1).sub(share), share);
    }
}
