package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * Gaussian error linear unit, x Φ(x) (Hendrycks and Gimpel 2016, eq. 1), of each element.
 *
 * @param tanh whether Φ is approximated by a tanh (eq. 2), as GPT-2 does, or taken from erf
 */
public record Gelu(boolean tanh) implements Composite {

    private static final double SQRT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.getFirst();
        Tensor gate = tanh
                ? x.add(x.square().mul(x).mul(0.044715)).mul(SQRT_TWO_OVER_PI).tanh()
                : x.mul(Math.sqrt(0.5)).erf();
        return List.of(x.mul(gate.add(1)).mul(0.5));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("gelu", in, "x");
        return in;
    }
}
