package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/** {@link BatchNorm}: x (N, C, …), weight (C), bias (C) → y (N, C, …), mean (C), variance (C); a channel at a time. */
record BatchNormKernel(BatchNorm op) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int samples = shape.dim(0);
        int channels = shape.dim(1);
        int places = GroupNormKernel.places(shape);
        float count = (float) samples * places;
        long x = in.get(0).address();
        long y = BoundKernel.address(out.get(0));
        Chunks chunks = Chunks.of(channels, (long) samples * places);
        return new BoundKernel("batch norm of " + shape, workers -> workers.run(chunks.count(), (chunk, _) -> {
            for (int channel = chunks.start(chunk); channel < chunks.end(chunk); channel++) {
                float sum = 0;
                for (int sample = 0; sample < samples; sample++) {
                    sum += Rows.sum(x + 4 * (((long) sample * channels + channel) * places), places);
                }
                float mean = sum / count;
                float squares = 0;
                for (int sample = 0; sample < samples; sample++) {
                    long at = x + 4 * (((long) sample * channels + channel) * places);
                    squares += Rows.dot(at, mean, at, mean, places);
                }
                float variance = squares / count;
                put(out.get(1), channel, mean);
                put(out.get(2), channel, variance);
                float scale = GroupNormKernel.inverseDeviation(variance, op.eps())
                        * Memory.f32(in.get(1).address() + 4L * channel);
                float bias = Memory.f32(in.get(2).address() + 4L * channel);
                for (int sample = 0; y != 0 && sample < samples; sample++) {
                    long at = 4 * (((long) sample * channels + channel) * places);
                    Rows.affine(x + at, mean, scale, bias, y + at, places);
                }
            }
        }));
    }

    static void put(View output, int channel, float value) {
        if (output != null) {
            Memory.f32(output.address() + 4L * channel, value);
        }
    }
}
