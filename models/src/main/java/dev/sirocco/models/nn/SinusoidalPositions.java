package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/**
 * Sines and cosines of a number, a position in a sequence or a time in a diffusion, at a geometric row of frequencies
 * (Vaswani et al. 2017, section 3.5): all cosines, then all sines.
 *
 * @param width even
 * @param longest the longest wave's length, over 2π
 */
public record SinusoidalPositions(int width, double longest) implements Layer {

    /** @param positions (…), of any number type */
    @Override
    public Tensor apply(Tensor positions) {
        int half = width / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            frequencies[i] = (float) Math.pow(longest, -(double) i / half);
        }
        Tensor frequency = positions.graph().constant(Storage.of(Shape.of(half), frequencies));
        Tensor angle = positions.cast(DType.F32).unsqueeze(-1).mul(frequency);                 // (…, width/2)
        return Tensor.concat(-1, List.of(angle.cos(), angle.sin()));                 // (…, width)
    }
}
