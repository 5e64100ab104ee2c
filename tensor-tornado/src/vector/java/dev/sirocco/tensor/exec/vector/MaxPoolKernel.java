package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Node;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link MaxPool} and its {@link Backward}, plane by plane. */
final class MaxPoolKernel implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View x = in.getFirst();
        if (node.op() instanceof MaxPool op) {
            View y = out.getFirst();
            ConvolutionShape shape = ConvolutionShape.of(op, x.shape(), y.shape());
            Plane plane = new Plane(Taps.forward(shape));
            return new BoundKernel("max pool " + shape.describe(),
                    workers -> forward(workers, shape, plane, x.address(), y.address()));
        }
        MaxPool op = (MaxPool) ((Backward) node.op()).op();
        View y = in.get(1);
        View dy = in.get(2);
        View dx = out.getFirst();
        MaxPoolGradient gradient = new MaxPoolGradient(ConvolutionShape.of(op, x.shape(), y.shape()));
        return new BoundKernel("max pool's gradient " + gradient.shape().describe(),
                workers -> gradient.run(workers, x.address(), y.address(), dy.address(), dx.address()));
    }

    private static void forward(Workers workers, ConvolutionShape shape, Plane plane, long x, long y) {
        long volumeX = 4L * shape.in().volume();
        long volumeY = 4L * shape.out().volume();
        workers.run(shape.n() * shape.channels(), (part, worker) -> {
            int spare = RowTiles.START;
            int copy = spare + Floats.LANES;
            float[] own = RowTiles.own(workers, worker, copy + plane.size());
            plane.fill(x + part * volumeX, own, copy, Float.NEGATIVE_INFINITY);
            for (int line = 0; line < plane.lines; line++) {
                for (int v = 0; v < plane.lineVectors; v++) {
                    int window = copy + plane.line(line) + v * Floats.LANES;
                    FloatVector largest = FloatVector.broadcast(Floats.S, Float.NEGATIVE_INFINITY);
                    for (int t = 0; t < plane.tapOffset.length; t++) {
                        largest = largest.lanewise(VectorOperators.MAX, RowTiles.at(own, window + plane.tapOffset[t]));
                    }
                    plane.put(largest, y + part * volumeY, line, v * Floats.LANES, own, spare);
                }
            }
        });
    }
}
