package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * Each channel mixed with its own neighbours in time, as a depthwise {@link Convolution} does, where the channels of a
 * time lie side by side: (N, T, width) → (N, T, width).
 *
 * @param weight (width, 1, kernel), as a depthwise convolution's
 * @param bias (width)
 */
public record TimeConvolution(String path, State weight, State bias, dev.sirocco.tensor.fast.TimeConvolution op)
        implements Layer {

    /** That sees as far ahead as back. */
    public TimeConvolution(Scope scope, int width, int kernel, int dilation, Init init) {
        this(scope.path(), scope.param("weight", init, width, 1, kernel), scope.param("bias", Init.zeros(), width),
                dev.sirocco.tensor.fast.TimeConvolution.centred(kernel, dilation));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (N, T, width)
        try (var _ = x.graph().at(path)) {
            Tensor rows = x.read(weight).squeeze(1).transpose();             // (kernel, width)
            return x.graph().add(op, x, rows).add(x.read(bias));
        }
    }
}
