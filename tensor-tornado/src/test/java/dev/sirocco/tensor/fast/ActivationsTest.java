package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Shape;
import org.junit.jupiter.api.Test;

/** Against PyTorch 2.13 in double precision, and the limits. */
class ActivationsTest {

    private static final Numbers X = Numbers.of(Shape.of(7), -40, -3, -0.5, 0, 0.5, 3, 40);

    @Test
    void gelu() {
        double[] expected = {0, -0.004049694, -0.154268770, 0, 0.345731230, 2.995950306, 40};
        Numbers.assertClose(expected, OnReference.output(new Gelu(false), X).values(), 1e-8, "gelu");
    }

    @Test
    void geluByTanh() {
        double[] expected = {0, -0.003637392, -0.154285988, 0, 0.345714012, 2.996362608, 40};
        Numbers.assertClose(expected, OnReference.output(new Gelu(true), X).values(), 1e-8, "gelu");
    }

    @Test
    void silu() {
        double[] expected = {0, -0.142277620, -0.188770334, 0, 0.311229666, 2.857722380, 40};
        Numbers.assertClose(expected, OnReference.output(new Silu(), X).values(), 1e-8, "silu");
    }
}
