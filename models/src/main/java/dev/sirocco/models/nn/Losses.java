package dev.sirocco.models.nn;

import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** What training minimises: each loss is the mean over all elements, as a scalar. */
public final class Losses {

    private Losses() {}

    /** The mean cross-entropy in nats: see the longer form. */
    public static Tensor crossEntropy(Tensor logits, Tensor targets) {
        return crossEntropy(logits, targets, 0, 0);
    }

    /**
     * The mean cross-entropy in nats, of the rows whose target is not negative.
     *
     * @param logits (…, classes)
     * @param targets I32 (…); negative ones count nothing
     * @param smoothing the share of the target that is spread evenly over all classes (Szegedy et al. 2016)
     * @param zWeight the weight of the squared log of the softmax's denominator, which keeps logits small (Chowdhery et
     *     al. 2022), such as 1e-4
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, double smoothing, double zWeight) {
        Graph g = logits.graph();
        int classes = logits.dim(-1);
        Tensor rows = logits.reshape(-1, classes);                           // (N, classes)
        Tensor target = targets.reshape(rows.dim(0));                        // (N)
        List<Tensor> out = g.add(new CrossEntropy(), List.of(rows, target)).outputs();
        Tensor counts = target.greaterEqual(target.like(0));                 // (N)
        Tensor loss = out.get(0);                                            // (N)
        Tensor logSum = out.get(1);                                          // (N)
        if (smoothing != 0) {
            Tensor spread = logSum.sub(rows.mean(-1)).mul(counts);
            loss = loss.mul(1 - smoothing).add(spread.mul(smoothing));
        }
        if (zWeight != 0) {
            loss = loss.add(logSum.square().mul(counts).mul(zWeight));
        }
        return loss.sum().div(counts.sum().maximum(1));
    }

    public static Tensor mse(Tensor prediction, Tensor target) {
        return prediction.sub(target).square().mean();
    }

    public static Tensor l1(Tensor prediction, Tensor target) {
        return prediction.sub(target).abs().mean();
    }

    /** Squared below an error of {@code delta}, linear above (Huber 1964). */
    public static Tensor huber(Tensor prediction, Tensor target, double delta) {
        Tensor error = prediction.sub(target).abs();
        Tensor near = error.minimum(delta);
        return near.mul(error.sub(near.mul(0.5))).mean();
    }

    /** Binary cross-entropy; targets from 0 to 1. */
    public static Tensor bceWithLogits(Tensor logits, Tensor target) {
        Tensor softplus = logits.abs().neg().exp().add(1).log();             // log(1 + exp(-|x|))
        return logits.maximum(0).sub(logits.mul(target)).add(softplus).mean();
    }

    /** The mean over rows of the divergence of q from p, both given as logs of probabilities along the last axis. */
    public static Tensor kl(Tensor logP, Tensor logQ) {
        return logP.exp().mul(logP.sub(logQ)).sum(-1).mean();
    }

    /**
     * The divergence of N(mean, exp(logVariance)) from N(0, 1), the mean over all elements (Kingma and Welling 2014).
     */
    public static Tensor klToStandardNormal(Tensor mean, Tensor logVariance) {
        return mean.square().add(logVariance.exp()).sub(logVariance).sub(1).mul(0.5).mean();
    }
}
