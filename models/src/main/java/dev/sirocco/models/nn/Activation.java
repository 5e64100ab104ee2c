package dev.sirocco.models.nn;

import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.Silu;
import dev.sirocco.tensor.ir.Tensor;

/** Element-wise nonlinearities; the leaky one has a slope of 0.1 below zero, the quick GELU is CLIP's x σ(1.702 x). */
public enum Activation implements Layer {
    NONE, RELU, RELU2, LEAKY_RELU, GELU, GELU_TANH, QUICK_GELU, SILU, TANH, SIGMOID;

    @Override
    public Tensor apply(Tensor x) {
        return switch (this) {
            case NONE -> x;
            case RELU -> positivePart(x, x);
            case RELU2 -> positivePart(x, x.square());
            case LEAKY_RELU -> x.maximum(x.mul(0.1));
            case GELU -> x.graph().add(new Gelu(false), x);
            case GELU_TANH -> x.graph().add(new Gelu(true), x);
            case QUICK_GELU -> x.mul(x.mul(1.702).sigmoid());
            case SILU -> x.graph().add(new Silu(), x);
            case TANH -> x.tanh();
            case SIGMOID -> x.sigmoid();
        };
    }

    /** By a choice rather than a maximum: the gradient is one too, and needs nothing but x. */
    private static Tensor positivePart(Tensor x, Tensor y) {
        return x.lessEqual(x.like(0)).where(x.like(0), y);
    }
}
