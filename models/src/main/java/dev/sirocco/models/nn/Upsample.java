package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;

/** Twice the height and width, each place being repeated, then a 3×3 convolution, named {@code conv}. */
public record Upsample(Convolution conv) implements Layer {

    public Upsample(Scope scope, int channels) {
        this(new Convolution(scope.at("conv"), Convolution.Config.same(2, channels, channels, 3)));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (N, C, H, W)
        return conv.apply(doubled(x));                                       // (N, C, 2·H, 2·W)
    }

    /** Each place of (N, C, H, W) twice along both axes. */
    public static Tensor doubled(Tensor x) {
        int n = x.dim(0);
        int c = x.dim(1);
        int h = x.dim(2);
        int w = x.dim(3);
        Tensor repeated = x.reshape(n, c, h, 1, w, 1).broadcast(Shape.of(n, c, h, 2, w, 2));
        return repeated.reshape(n, c, 2 * h, 2 * w);                         // (N, C, 2·H, 2·W)
    }
}
