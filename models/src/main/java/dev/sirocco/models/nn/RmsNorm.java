package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * Each row of the last axis to a mean square of 1, then scaled (Zhang and Sennrich 2019).
 *
 * @param weight (width), or null for 1
 */
public record RmsNorm(String path, State weight, double eps) implements Layer {

    public RmsNorm(Scope scope, int width) {
        this(scope, width, 1e-6);
    }

    /** @param eps added to the mean square */
    public RmsNorm(Scope scope, int width, double eps) {
        this(scope.path(), scope.param("weight", Init.ones(), width), eps);
    }

    /** Without numbers of its own. */
    public static RmsNorm plain(String path) {
        return new RmsNorm(path, null, 1e-6);
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (…, width)
        try (var _ = x.graph().at(path)) {
            return x.graph().add(new dev.sirocco.tensor.fast.RmsNorm(eps), x, Norms.orFill(weight, 1, x, -1));
        }
    }
}
