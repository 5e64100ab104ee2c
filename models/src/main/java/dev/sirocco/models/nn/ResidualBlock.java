package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;

/**
 * Two convolutions, each behind group norm and SiLU, added to what came in (or to a 1×1 convolution of it where the
 * number of channels changes); a time shifts the channels between the two (Ho et al. 2020, appendix B). The names are
 * those of diffusers' ResnetBlock2D.
 */
public final class ResidualBlock implements Layer {

    private final String path;
    private final GroupNorm norm1;
    private final Convolution conv1;
    private final Linear time;
    private final GroupNorm norm2;
    private final Dropout dropout;
    private final Convolution conv2;
    private final Convolution shortcut;

    /**
     * @param groups of both norms, with {@code eps}
     * @param timeWidth of the time's embedding, 0 for none
     */
    public ResidualBlock(Scope scope, int in, int out, int groups, double eps, int timeWidth, double dropout) {
        path = scope.path();
        norm1 = new GroupNorm(scope.at("norm1"), groups, in, eps);
        conv1 = new Convolution(scope.at("conv1"), Convolution.Config.same(2, in, out, 3));
        time = timeWidth == 0 ? null : new Linear(scope.at("time_emb_proj"), timeWidth, out, true);
        norm2 = new GroupNorm(scope.at("norm2"), groups, out, eps);
        this.dropout = new Dropout(dropout);
        conv2 = new Convolution(scope.at("conv2"), Convolution.Config.same(2, out, out, 3));
        shortcut = in == out ? null
                : new Convolution(scope.at("conv_shortcut"), Convolution.Config.same(2, in, out, 1));
    }

    /** For a block without a time. */
    @Override
    public Tensor apply(Tensor x) {
        return apply(x, null);
    }

    /** @param times (N, timeWidth) */
    public Tensor apply(Tensor x, Tensor times) {                            // (N, in, H, W)
        try (var _ = x.graph().at(path)) {
            Tensor y = conv1.apply(norm1.apply(x).silu());                   // (N, out, H, W)
            if (time != null) {
                y = y.add(time.apply(times.silu()).unsqueeze(-1).unsqueeze(-1));        // (N, out, 1, 1)
            }
            y = conv2.apply(dropout.apply(norm2.apply(y).silu()));
            return y.add(shortcut == null ? x : shortcut.apply(x));
        }
    }
}
