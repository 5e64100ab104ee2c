package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * The channels of a group, at all places, to mean 0 and variance 1, then scaled and shifted (Wu and He 2018). With as
 * many groups as channels it is instance norm (Ulyanov et al. 2016).
 *
 * @param weight (channels), or null for 1
 * @param bias (channels), or null for 0
 */
public record GroupNorm(String path, State weight, State bias, int groups, double eps) implements Layer {

    public GroupNorm(Scope scope, int groups, int channels) {
        this(scope, groups, channels, 1e-5);
    }

    public GroupNorm(Scope scope, int groups, int channels, double eps) {
        this(scope.path(), scope.param("weight", Init.ones(), channels), scope.param("bias", Init.zeros(), channels),
                groups, eps);
    }

    /** As in PyTorch, without numbers of its own. */
    public static GroupNorm instanceNorm(String path, int channels) {
        return new GroupNorm(path, null, null, channels, 1e-5);
    }

    /** With a gain and a shift for each channel. */
    public static GroupNorm instanceNorm(Scope scope, int channels) {
        return new GroupNorm(scope, channels, channels);
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (N, C, …)
        try (var _ = x.graph().at(path)) {
            return x.graph().add(new dev.sirocco.tensor.fast.GroupNorm(groups, eps), x,
                    Norms.orFill(weight, 1, x, 1), Norms.orFill(bias, 0, x, 1));
        }
    }
}
