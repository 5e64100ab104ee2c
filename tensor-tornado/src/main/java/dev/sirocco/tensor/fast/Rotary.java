package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * Rotary position embedding (Su et al. 2021, eq. 34): x (B, T, H, D), cos (T, D/2), sin (T, D/2) → (B, T, H, D), pair i
 * of the last axis being turned by the angle of column i.
 *
 * @param interleaved whether pair i is elements 2i and 2i + 1 (GPT-J, llama2.c), or i and i + D/2 (GPT-NeoX, Llama in
 *     transformers)
 */
public record Rotary(boolean interleaved) implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        int half = x.dim(3) / 2;
        Tensor cos = in.get(1).unsqueeze(1);                                            // (T, 1, D/2)
        Tensor sin = in.get(2).unsqueeze(1);
        int pair = interleaved ? 4 : 3;                                                 // the axis of size 2
        Tensor pairs = interleaved
                ? x.reshape(x.dim(0), x.dim(1), x.dim(2), half, 2)
                : x.reshape(x.dim(0), x.dim(1), x.dim(2), 2, half);
        Tensor a = pairs.slice(pair, 0, 1).squeeze(pair);                               // (B, T, H, D/2)
        Tensor b = pairs.slice(pair, 1, 2).squeeze(pair);
        Tensor turnedA = a.mul(cos).sub(b.mul(sin)).unsqueeze(pair);
        Tensor turnedB = b.mul(cos).add(a.mul(sin)).unsqueeze(pair);
        return List.of(Tensor.concat(pair, List.of(turnedA, turnedB)).reshape(x.shape()));
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("rotary", in, "x", "cos", "sin");
        Shape x = in.get(0).shape();
        if (x.rank() != 4 || x.dim(3) % 2 != 0) {
            throw new ShapeError("rotary: x has shape " + x + ", expected (batch, time, heads, an even size)");
        }
        Operands.requireShape("rotary of " + x, "cos", in.get(1), Shape.of(x.dim(1), x.dim(3) / 2));
        Operands.requireShape("rotary of " + x, "sin", in.get(2), Shape.of(x.dim(1), x.dim(3) / 2));
        return List.of(in.get(0));
    }
}
