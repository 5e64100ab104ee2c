package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The gradient of {@link GroupNorm}: x (N, C, …), weight (C), bias (C), y, dy (N, C, …) → dx, dweight, dbias. As in
 * {@link RowNormBackward}, a group of channels of a sample being a row; the sums over places are taken channel by
 * channel.
 */
record GroupNormBackward(GroupNorm op) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int samples = shape.dim(0);
        int channels = shape.dim(1);
        // for each sample, the channels' addends of dweight, then those of dbias
        MemorySegment partial = Storage.allocate(8L * samples * channels);
        Partials sums = new Partials(partial.address(), samples, 2 * channels);
        Group group = new Group(in.get(0).address(), in.get(1).address(), in.getLast().address(),
                BoundKernel.address(out.get(0)), channels / op.groups(), GroupNormKernel.places(shape), op.eps());
        return new BoundKernel("gradient of the group norm of %s, %d groups".formatted(shape, op.groups()), workers -> {
            workers.run(samples * op.groups(), (part, _) -> {
                int sample = part / op.groups();
                int first = part % op.groups() * group.channels;
                long weightSums = partial.address() + 8L * sample * channels + 4L * first;
                group.run(part, first, weightSums, weightSums + 4L * channels);
            });
            sums.add(workers, 0, channels, BoundKernel.address(out.get(1)));
            sums.add(workers, channels, channels, BoundKernel.address(out.get(2)));
        });
    }

    private record Group(long x, long weight, long dy, long dx, int channels, int places, double eps) {

        /** The group with the given number, whose channels begin at {@code first}. */
        void run(int number, int first, long weightSums, long biasSums) {
            int n = channels * places;
            long at = 4L * number * n;
            float mean = Rows.sum(x + at, n) / n;
            float scale = GroupNormKernel.inverseDeviation(Rows.dot(x + at, mean, x + at, mean, n) / n, eps);
            float alongMean = 0;
            float alongScale = 0;
            for (int i = 0; i < channels; i++) {
                long j = at + 4L * i * places;
                float w = Memory.f32(weight + 4L * (first + i));
                float sum = Rows.sum(dy + j, places);
                float product = Rows.dot(dy + j, 0, x + j, mean, places) * scale;
                Memory.f32(weightSums + 4L * i, product);
                Memory.f32(biasSums + 4L * i, sum);
                alongMean += w * sum;
                alongScale += w * product;
            }
            for (int i = 0; dx != 0 && i < channels; i++) {
                long j = at + 4L * i * places;
                float w = Memory.f32(weight + 4L * (first + i));
                Rows.combine(-scale * scale * alongScale / n, x + j, mean, scale * w, dy + j, -scale * alongMean / n,
                        dx + j, places);
            }
        }
    }
}
