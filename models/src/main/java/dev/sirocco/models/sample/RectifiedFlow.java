package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.Tensor;

/**
 * The straight way from sample to noise (Liu et al. 2022; Lipman et al. 2023): α = 1 - σ. Times are 1000 t, as in
 * Stable Diffusion 3, so that a network's embedding of times serves this schedule and the discrete ones.
 *
 * @param shift s of σ = s t / (1 + (s - 1) t) (Esser et al. 2024, equation 23): with more than 1, more of the times are
 *     spent in strong noise. A picture that is twice as high and wide is hidden as well by noise twice as strong,
 *     since neighbours say much the same (Hoogeboom et al. 2023, section 2).
 */
public record RectifiedFlow(double shift) implements NoiseSchedule {

    private static final int STEPS = 1000;

    public RectifiedFlow {
        if (!(shift > 0)) {
            throw new IllegalArgumentException("shift " + shift);
        }
    }

    /** With σ = t. */
    public RectifiedFlow() {
        this(1);
    }

    @Override
    public double alpha(double time) {
        return 1 - sigma(time);
    }

    @Override
    public double sigma(double time) {
        double t = time / STEPS;
        return shift * t / (1 + (shift - 1) * t);
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
        Tensor sigma = shift == 1 ? share : share.mul(shift).div(share.mul(shift - 1).add(1));
        return new Level(share.mul(STEPS), sigma.like(1).sub(sigma), sigma);
    }
}
