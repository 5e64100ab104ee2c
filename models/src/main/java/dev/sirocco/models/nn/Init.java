package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.random.RandomGenerator;

/**
 * What a parameter holds before training. Weights have the shape (out, in) or (out, in, kernel…): their fan-in is the
 * product of all axes but the first, their fan-out of all but the second.
 */
@FunctionalInterface
public interface Init {

    void fill(Storage weights, RandomGenerator random);

    static Init constant(double value) {
        return (w, _) -> w.fill((float) value);
    }

    static Init zeros() {
        return constant(0);
    }

    static Init ones() {
        return constant(1);
    }

    /** Normal with mean 0. */
    static Init normal(double deviation) {
        return (w, random) -> {
            for (long i = 0; i < w.numel(); i++) {
                w.set(i, (float) (random.nextGaussian() * deviation));
            }
        };
    }

    /** Uniform in [-bound, bound). */
    static Init uniform(double bound) {
        return (w, random) -> {
            for (long i = 0; i < w.numel(); i++) {
                w.set(i, (float) ((2 * random.nextDouble() - 1) * bound));
            }
        };
    }

    /** Uniform with deviation scale / √fan-in: 1/√3 is PyTorch's default for linear layers and convolutions. */
    static Init uniformFanIn(double scale) {
        return (w, random) -> uniform(scale * Math.sqrt(3.0 / fanIn(w.shape()))).fill(w, random);
    }

    /** Glorot and Bengio 2010, equation 16. */
    static Init xavierUniform() {
        return (w, random) -> uniform(Math.sqrt(6.0 / (fanIn(w.shape()) + fanOut(w.shape())))).fill(w, random);
    }

    static Init xavierNormal() {
        return (w, random) -> normal(Math.sqrt(2.0 / (fanIn(w.shape()) + fanOut(w.shape())))).fill(w, random);
    }

    /** He et al. 2015, equation 10: for layers in front of a ReLU. */
    static Init he() {
        return (w, random) -> normal(Math.sqrt(2.0 / fanIn(w.shape()))).fill(w, random);
    }

    /** GPT-2: deviation 0.02 everywhere … */
    static Init gpt2() {
        return normal(0.02);
    }

    /** … and, for the 2·layers projections that are added to the residual stream, less by √(2·layers). */
    static Init gpt2Residual(int layers) {
        return normal(0.02 / Math.sqrt(2.0 * layers));
    }

    private static long fanIn(Shape s) {
        return Math.max(1, s.numel() / s.dim(0));
    }

    private static long fanOut(Shape s) {
        return Math.max(1, s.numel() / s.dim(1));
    }
}
