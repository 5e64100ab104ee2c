package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/**
 * The gradient of {@link BatchNorm}: x (N, C, …), weight (C), bias (C), y, mean, variance, then dy, dmean, dvariance →
 * dx, dweight, dbias; a channel at a time. As in {@link RowNormBackward}, a channel being a row.
 */
record BatchNormBackward(BatchNorm op) implements KernelFactory {

    private static final int MEAN = 4, VARIANCE = 5, DY = 6, D_MEAN = 7, D_VARIANCE = 8;

    /** The gradients of the statistics are often one number for all channels. */
    @Override
    public boolean accepts(Node node, int operand, View view) {
        return operand == D_MEAN || operand == D_VARIANCE || view.isContiguous();
    }

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        Chunks chunks = Chunks.of(shape.dim(1), shape.numel() / Math.max(1, shape.dim(1)));
        return new BoundKernel("gradient of the batch norm of " + shape, workers ->
                workers.run(chunks.count(), (chunk, _) -> {
                    for (int channel = chunks.start(chunk); channel < chunks.end(chunk); channel++) {
                        channel(channel, in, out);
                    }
                }));
    }

    private void channel(int channel, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int samples = shape.dim(0);
        int channels = shape.dim(1);
        int places = GroupNormKernel.places(shape);
        long x = in.getFirst().address();
        long dy = in.get(DY).address();
        float mean = at(in.get(MEAN), channel);
        float scale = GroupNormKernel.inverseDeviation(at(in.get(VARIANCE), channel), op.eps());
        float sum = 0;
        float product = 0;
        for (int sample = 0; sample < samples; sample++) {
            long j = 4 * (((long) sample * channels + channel) * places);
            sum += Rows.sum(dy + j, places);
            product += Rows.dot(dy + j, 0, x + j, mean, places);
        }
        product *= scale;
        BatchNormKernel.put(out.get(1), channel, product);
        BatchNormKernel.put(out.get(2), channel, sum);
        long dx = BoundKernel.address(out.getFirst());
        float count = (float) samples * places;
        float w = at(in.get(1), channel) * scale;
        float alongX = (2 * at(in.get(D_VARIANCE), channel) - w * product * scale) / count;
        float constant = (at(in.get(D_MEAN), channel) - w * sum) / count;
        for (int sample = 0; dx != 0 && sample < samples; sample++) {
            long j = 4 * (((long) sample * channels + channel) * places);
            Rows.combine(alongX, x + j, mean, w, dy + j, constant, dx + j, places);
        }
    }

    private static float at(View view, int channel) {
        return Memory.f32(view.address() + 4 * channel * view.stride(0));
    }
}
