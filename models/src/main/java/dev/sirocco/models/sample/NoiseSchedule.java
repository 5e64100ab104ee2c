package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.Tensor;

/**
 * How noise drowns a sample: at a time t it is x_t = α x_0 + σ ε, where x_0 is the clean one and ε has mean 0 and
 * deviation 1. Times, which are also what a network is told, go from {@link #clean} to {@code clean() + steps()}.
 */
public interface NoiseSchedule {

    /** α, the clean sample's share. */
    double alpha(double time);

    /** σ, the noise's deviation. */
    double sigma(double time);

    /** The time with α = 1 and σ = 0. */
    double clean();

    /** How far the times reach; also the largest number of steps to sample in. */
    int steps();

    /**
     * x / scale moves on a straight line for as long as x_0 and ε stay what they are: the measure in which
     * {@link Heun} averages directions.
     */
    double scale(double time);

    /**
     * Times for training, with their α and σ.
     *
     * @param share F32 (N), from 0 for the least noise to 1 for the most
     */
    Level level(Tensor share);

    /** See {@link #level}; all are F32 (N). */
    record Level(Tensor time, Tensor alpha, Tensor sigma) {}
}
