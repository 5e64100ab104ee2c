package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;

/**
 * Attention among the places of a picture, behind group norm and added to what came in. The names are those that
 * diffusers gives it in its autoencoders and its UNet2DModel.
 */
public final class SpatialAttention implements Layer {

    private final String path;
    private final GroupNorm norm;
    private final Attention attention;

    /** @param heads a divisor of the channels */
    public SpatialAttention(Scope scope, int channels, int heads, int groups, double eps) {
        path = scope.path();
        norm = new GroupNorm(scope.at("group_norm"), groups, channels, eps);
        attention = new Attention(path, new Attention.Config(heads, channels / heads, false), Projection.separate(
                new Linear(scope.at("to_q"), channels, channels, true),
                new Linear(scope.at("to_k"), channels, channels, true),
                new Linear(scope.at("to_v"), channels, channels, true)),
                new Linear(scope.at("to_out").at(0), channels, channels, true));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (N, C, H, W)
        try (var _ = x.graph().at(path)) {
            int places = x.dim(2) * x.dim(3);
            Tensor rows = norm.apply(x).reshape(x.dim(0), x.dim(1), places).transpose();        // (N, places, C)
            return x.add(attention.apply(rows).transpose().reshape(x.shape()));
        }
    }
}
