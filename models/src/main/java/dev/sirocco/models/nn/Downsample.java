package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** Half the height and width by a 3×3 convolution, named {@code conv}. */
public record Downsample(Convolution conv) implements Layer {

    /** @param isAsymmetric whether zeros stand below and to the right only, as in Stable Diffusion's autoencoder */
    public Downsample(Scope scope, int channels, boolean isAsymmetric) {
        int low = isAsymmetric ? 0 : 1;
        Convolution c = new Convolution(scope.at("conv"), Convolution.Config.same(2, channels, channels, 3));
        this(new Convolution(c.path(), c.weight(), c.bias(), new dev.sirocco.tensor.fast.Convolution(
                List.of(2, 2), List.of(low, low), List.of(1, 1), List.of(1, 1), 1)));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (N, C, H, W)
        return conv.apply(x);                                                // (N, C, H / 2, W / 2)
    }
}
