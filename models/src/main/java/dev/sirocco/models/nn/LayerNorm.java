package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * Each row of the last axis to mean 0 and variance 1, then scaled and shifted (Ba et al. 2016).
 *
 * @param weight (width), or null for 1
 * @param bias (width), or null for 0
 */
public record LayerNorm(String path, State weight, State bias, double eps) implements Layer {

    public LayerNorm(Scope scope, int width, boolean hasBias) {
        this(scope.path(), scope.param("weight", Init.ones(), width),
                hasBias ? scope.param("bias", Init.zeros(), width) : null, 1e-5);
    }

    /** With a gain and a shift. */
    public LayerNorm(Scope scope, int width, double eps) {
        this(scope.path(), scope.param("weight", Init.ones(), width), scope.param("bias", Init.zeros(), width), eps);
    }

    /** Without numbers of its own. */
    public static LayerNorm plain(String path) {
        return new LayerNorm(path, null, null, 1e-5);
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (…, width)
        try (var _ = x.graph().at(path)) {
            return x.graph().add(new dev.sirocco.tensor.fast.LayerNorm(eps), x,
                    Norms.orFill(weight, 1, x, -1), Norms.orFill(bias, 0, x, -1));
        }
    }
}
