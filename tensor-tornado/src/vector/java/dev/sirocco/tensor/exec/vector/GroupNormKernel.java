package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/** {@link GroupNorm}: x (N, C, …), weight (C), bias (C) → (N, C, …); a group of channels of a sample at a time. */
record GroupNormKernel(GroupNorm op) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int places = places(shape);
        int channels = shape.dim(1) / op.groups();
        int n = Math.multiplyExact(channels, places);
        long x = in.get(0).address();
        long weight = in.get(1).address();
        long bias = in.get(2).address();
        long y = out.getFirst().address();
        return new BoundKernel("group norm of %s, %d groups".formatted(shape, op.groups()), workers ->
                workers.run(shape.dim(0) * op.groups(), (part, _) -> {
                    long at = 4L * part * n;
                    float mean = Rows.sum(x + at, n) / n;
                    float scale = inverseDeviation(Rows.dot(x + at, mean, x + at, mean, n) / n, op.eps());
                    for (int i = 0; i < channels; i++) {
                        long channel = part % op.groups() * channels + i;
                        long j = at + 4L * i * places;
                        Rows.affine(x + j, mean, scale * Memory.f32(weight + 4 * channel),
                                Memory.f32(bias + 4 * channel), y + j, places);
                    }
                }));
    }

    /** The number of places of a shape (N, C, …). */
    static int places(Shape shape) {
        return Math.toIntExact(shape.slice(2, shape.rank()).numel());
    }

    static float inverseDeviation(float variance, double eps) {
        return (float) (1 / Math.sqrt(variance + eps));
    }
}
