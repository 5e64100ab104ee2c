package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.Tensor;

/** What a network says about x_t = α x_0 + σ ε. */
public enum Prediction {

    /** The noise ε (Ho et al. 2020). */
    EPSILON,
    /** v = α ε - σ x_0 (Salimans and Ho 2022, appendix D). */
    V,
    /** The flow's velocity ε - x_0 (Liu et al. 2022). */
    FLOW,
    /** The clean sample x_0. */
    X0;

    /** x_0 = x · x_t + output · what the network says. */
    public record Estimate(double x, double output) {}

    /** How x_0 is found where noise has this level; not finite where it cannot be. */
    public Estimate x0(double alpha, double sigma) {
        return switch (this) {
            case EPSILON -> new Estimate(1 / alpha, -sigma / alpha);
            case V -> {
                double square = alpha * alpha + sigma * sigma;
                yield new Estimate(alpha / square, -sigma / square);
            }
            case FLOW -> new Estimate(1 / (alpha + sigma), -sigma / (alpha + sigma));
            case X0 -> new Estimate(0, 1);
        };
    }

    /**
     * What the network should say.
     *
     * @param x0 (N, …)
     * @param noise (N, …)
     * @param alpha (N, 1 …)
     * @param sigma (N, 1 …)
     */
    public Tensor target(Tensor x0, Tensor noise, Tensor alpha, Tensor sigma) {
        return switch (this) {
            case EPSILON -> noise;
            case V -> noise.mul(alpha).sub(x0.mul(sigma));
            case FLOW -> noise.sub(x0);
            case X0 -> x0;
        };
    }

    /**
     * The weight of the squared error that bounds the signal-to-noise ratio's influence (Hang et al. 2023):
     * min(α²/σ², γ) of the error that x_0 would have.
     */
    public Tensor minSnrWeight(Tensor alpha, Tensor sigma, double gamma) {
        Tensor bounded = alpha.div(sigma).square().minimum(gamma);
        Tensor perError = switch (this) {                                        // x_0's error over the output's
            case EPSILON -> sigma.div(alpha);
            case V -> sigma.div(alpha.square().add(sigma.square()));
            case FLOW -> sigma.div(alpha.add(sigma));
            case X0 -> sigma.like(1);
        };
        return bounded.mul(perError.square());
    }
}
