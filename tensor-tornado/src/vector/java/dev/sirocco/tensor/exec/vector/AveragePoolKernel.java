package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * {@link AveragePool} and its {@link Backward}: a depthwise convolution with equal weights, the same for all channels.
 */
final class AveragePoolKernel implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        boolean forward = node.op() instanceof AveragePool;
        AveragePool op = (AveragePool) (forward ? node.op() : ((Backward) node.op()).op());
        View source = in.get(forward ? 0 : 2);
        View target = out.getFirst();
        ConvolutionShape shape = ConvolutionShape.of(op, in.getFirst().shape(),
                forward ? target.shape() : source.shape());
        Depthwise product = forward ? Depthwise.forward(shape) : Depthwise.adjoint(shape);
        return new AveragePoolStep(forward, shape, product, weights(shape.taps()), source.address(), target.address());
    }

    private static MemorySegment weights(int count) {
        MemorySegment weights = Arena.ofAuto().allocate(4L * count);
        for (int i = 0; i < count; i++) {
            weights.setAtIndex(Memory.FLOAT, i, 1f / count);
        }
        return weights;
    }

    private record AveragePoolStep(boolean forward, ConvolutionShape shape, Depthwise product,
            MemorySegment weights, long source, long target) implements Kernel {
        @Override
        public void run(Workers workers) {
            product.run(workers, source, weights.address(), 0, target);
        }

        @Override
        public String describe() {
            return "average pool%s %s".formatted(forward ? "" : "'s gradient", shape.describe());
        }
    }
}
