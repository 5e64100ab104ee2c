package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Node;
import java.util.List;

/** {@link Convolution} and its {@link Backward}: each of the three products by the method that suits its shape. */
final class ConvolutionKernel implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View x = in.get(0);
        View w = in.get(1);
        if (node.op() instanceof Convolution op) {
            ConvolutionShape shape = ConvolutionShape.of(op, x.shape(), w.shape(), out.getFirst().shape());
            return forward(shape, x, w, out.getFirst());
        }
        Convolution op = (Convolution) ((Backward) node.op()).op();
        View dy = in.get(3);
        return backward(ConvolutionShape.of(op, x.shape(), w.shape(), dy.shape()), x, w, dy, out.get(0), out.get(1));
    }

    static Kernel forward(ConvolutionShape shape, View x, View w, View y) {
        Product product = forward(shape, w.isConstant());
        return new BoundKernel("convolution " + shape.describe(), product.keptBytes(),
                workers -> product.run(workers, x.address(), w.address(), y.address()));
    }

    /** The gradients that are asked for. */
    static Kernel backward(ConvolutionShape shape, View x, View w, View dy, View dx, View dw) {
        Product adjoint = dx == null ? null : adjoint(shape);
        Product gradient = dw == null ? null : weightGradient(shape);
        String name = "convolution's gradient%s%s %s"
                .formatted(dx == null ? "" : " dx", dw == null ? "" : " dw", shape.describe());
        return new BoundKernel(name, workers -> {
            if (dx != null) {
                adjoint.run(workers, dy.address(), w.address(), dx.address());
            }
            if (dw != null) {
                gradient.run(workers, x.address(), dy.address(), dw.address());
            }
        });
    }

    /** x, w → y, where w may be the same in every run. */
    static Product forward(ConvolutionShape s, boolean isConstantW) {
        return s.isDepthwise() ? Depthwise.forward(s)
                : Pointwise.suits(s) ? Pointwise.forward(s)
                : Winograd.suits(s) ? WinogradCorrelation.forward(s, isConstantW)
                : Correlation.forward(s);
    }

    /** dy, w → dx. */
    static Product adjoint(ConvolutionShape s) {
        return s.isDepthwise() ? Depthwise.adjoint(s)
                : Pointwise.suits(s) ? Pointwise.adjoint(s)
                : Winograd.suits(s) ? WinogradCorrelation.adjoint(s)
                : Correlation.adjoint(s);
    }

    /** x, dy → dw. */
    static Product weightGradient(ConvolutionShape s) {
        return s.isDepthwise() ? new DepthwiseWeightGradient(s)
                : Pointwise.suits(s) ? Pointwise.weightGradient(s)
                : Winograd.suits(s) ? new WinogradWeightGradient(s)
                : new WeightGradient(s);
    }
}
