package dev.sirocco.tensor.ir;

import dev.sirocco.tensor.grad.Grad;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The gradient of a composite as one op: from the composite's inputs, then its outputs, then the gradients of its
 * outputs, to the gradients of those inputs that are F32. Its own composition is found by differentiating that of the
 * composite, so every backward kernel has an oracle, and second derivatives exist.
 *
 * @param inputs how many inputs the composite has
 */
public record Backward(Composite op, int inputs) implements Op {

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        return in.subList(0, inputs).stream().filter(t -> t.dtype() == DType.F32).toList();
    }

    /** The positions, among the composite's inputs, of those that have a gradient: output i belongs to the i-th. */
    public int[] differentiable(List<Tensor> in) {
        return IntStream.range(0, inputs).filter(i -> in.get(i).dtype() == DType.F32).toArray();
    }

    public List<Tensor> compose(List<Tensor> in) {
        // Variables of their own, since an operand may stand in several places or depend on another one.
        List<Tensor> x = in.subList(0, inputs).stream().map(Tensor::alias).toList();
        List<Tensor> y = op.compose(x);
        List<Tensor> dy = in.subList(inputs + y.size(), in.size());
        return Grad.vjp(y, dy, IntStream.of(differentiable(in)).mapToObj(x::get).toList());
    }
}
