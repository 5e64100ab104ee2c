package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.Tensor;

/** A network that tells noise from sample, as solvers and losses see it. */
@FunctionalInterface
public interface Denoiser {

    /**
     * Traces the network.
     *
     * @param x the noisy samples (N, …)
     * @param time of each one, F32 (N), on the {@link NoiseSchedule}'s scale
     * @return the {@link Prediction}, of x's shape
     */
    Tensor predict(Tensor x, Tensor time);
}
