package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;

/** A time as a vector: sines and cosines of it, then two layers with SiLU between them (Ho et al. 2020, appendix B). */
public record TimestepEmbedding(SinusoidalPositions waves, Linear first, Linear second) implements Layer {

    private static final double LONGEST = 10_000;

    /**
     * With layers of one's own naming.
     *
     * @param waves how many sines and cosines, even
     */
    public TimestepEmbedding(Scope first, Scope second, int waves, int width, Init init) {
        this(new SinusoidalPositions(waves, LONGEST), new Linear(first, waves, width, true, init),
                new Linear(second, width, width, true, init));
    }

    /** @param times F32 (N), usually from 0 to 1000; fractions count */
    @Override
    public Tensor apply(Tensor times) {
        return second.apply(first.apply(waves.apply(times)).silu());         // (N, width)
    }
}
