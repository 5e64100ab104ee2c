package dev.sirocco.models.sample;

import dev.sirocco.models.nn.Losses;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;

/**
 * What a {@link Denoiser} is trained on: the squared error of its prediction at random times with random noise.
 *
 * @param times how often which times are drawn
 * @param minSnr γ of the weights of Hang et al. 2023, such as 5; 0 for equal weights
 */
public record DiffusionLoss(NoiseSchedule schedule, Prediction prediction, Times times, double minSnr) {

    /** Validation draws the same numbers always, so that its losses can be compared. */
    private static final int VALIDATION_SEED = 1;

    /** A distribution of times. */
    public enum Times {
        UNIFORM,
        /**
         * The sigmoid of a normal number, mostly in the middle (Esser et al. 2024, equation 19, with m = 0 and s = 1).
         */
        LOGIT_NORMAL
    }

    /** Uniform times and equal weights. */
    public DiffusionLoss(NoiseSchedule schedule, Prediction prediction) {
        this(schedule, prediction, Times.UNIFORM, 0);
    }

    /**
     * Traces the mean loss. A training graph needs a source of random numbers; any other gets one that never changes.
     *
     * @param x0 clean samples (N, …), of a deviation near 1
     * @return F32 with one element
     */
    public Tensor of(Denoiser denoiser, Tensor x0) {
        Graph g = x0.graph();
        if (!g.training()) {
            g.randomFrom(new State("random.validation", Storage.of(Shape.of(2), VALIDATION_SEED, 0)));
        }
        int n = x0.dim(0);
        NoiseSchedule.Level level = schedule.level(switch (times) {
            case UNIFORM -> g.uniform(Shape.of(n));
            case LOGIT_NORMAL -> g.normal(Shape.of(n)).sigmoid();
        });
        int[] column = new int[x0.rank()];
        Arrays.fill(column, 1);
        column[0] = n;
        Tensor alpha = level.alpha().reshape(column);                            // (N, 1 …)
        Tensor sigma = level.sigma().reshape(column);                            // (N, 1 …)

        Tensor noise = g.normal(x0.shape());
        Tensor x = x0.mul(alpha).add(noise.mul(sigma));
        Tensor output = denoiser.predict(x, level.time());
        Tensor target = prediction.target(x0, noise, alpha, sigma);
        if (minSnr == 0) {
            return Losses.mse(output, target);
        }
        Tensor weight = prediction.minSnrWeight(alpha, sigma, minSnr);           // (N, 1 …)
        return output.sub(target).square().mul(weight).mean();
    }
}
