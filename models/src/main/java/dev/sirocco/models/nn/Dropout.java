package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;

/**
 * In training, sets each element to zero with a probability and scales the rest to keep the mean (Srivastava et al.
 * 2014); otherwise nothing. The graph must have a source of random numbers.
 *
 * @param rate 0 ≤ rate < 1
 */
public record Dropout(double rate) implements Layer {

    @Override
    public Tensor apply(Tensor x) {
        if (rate == 0 || !x.graph().training()) {
            return x;
        }
        Tensor isKept = x.graph().uniform(x.shape()).greaterEqual(x.like(rate));
        return x.mul(isKept.mul(1 / (1 - rate)));
    }
}
