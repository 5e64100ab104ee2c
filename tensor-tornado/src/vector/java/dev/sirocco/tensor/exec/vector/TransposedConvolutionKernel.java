package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Node;
import java.util.List;

/**
 * {@link TransposedConvolution} and its {@link Backward}: a convolution's products with x and y in each other's place.
 */
final class TransposedConvolutionKernel implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View x = in.get(0);
        View w = in.get(1);
        if (node.op() instanceof TransposedConvolution op) {
            View y = out.getFirst();
            ConvolutionShape shape = ConvolutionShape.of(op, x.shape(), w.shape(), y.shape());
            Product product = ConvolutionKernel.adjoint(shape);
            return new BoundKernel("adjoint of convolution " + shape.describe(),
                    workers -> product.run(workers, x.address(), w.address(), y.address()));
        }
        TransposedConvolution op = (TransposedConvolution) ((Backward) node.op()).op();
        View dy = in.get(3);
        View dx = out.get(0);
        View dw = out.get(1);
        ConvolutionShape shape = ConvolutionShape.of(op, x.shape(), w.shape(), dy.shape());
        Product forward = dx == null ? null : ConvolutionKernel.forward(shape, false);
        Product gradient = dw == null ? null : ConvolutionKernel.weightGradient(shape);
        return new BoundKernel("gradient of the adjoint of convolution " + shape.describe(), workers -> {
            if (dx != null) {
                forward.run(workers, dy.address(), w.address(), dx.address());
            }
            if (dw != null) {
                gradient.run(workers, dy.address(), x.address(), dw.address());
            }
        });
    }
}
