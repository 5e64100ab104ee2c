package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdamWTest {

    private static final AdamW OP = new AdamW(0.9, 0.999, 1e-8, 0.1);
    private static final double RATE = 0.01;

    /** PyTorch's single-tensor loop, over steps of changing gradients. */
    @Test
    void followsTheScalarLoop() {
        Random random = new Random(1);
        int n = 13;
        Numbers param = Numbers.normal(random, n);
        Numbers m = Numbers.of(Shape.of(n), new double[n]);
        Numbers v = m;
        double[] p = param.values().clone();
        double[] first = new double[n];
        double[] second = new double[n];
        for (int t = 1; t <= 5; t++) {
            Numbers g = Numbers.normal(random, n);
            List<Numbers> out = OnReference.outputs(OP, param, g, m, v, hyper(t));
            for (int i = 0; i < n; i++) {
                p[i] *= 1 - RATE * 0.1;
                first[i] += (g.at(i) - first[i]) * (1 - 0.9);
                second[i] = second[i] * 0.999 + (1 - 0.999) * g.at(i) * g.at(i);
                double denominator = Math.sqrt(second[i]) / Math.sqrt(1 - Math.pow(0.999, t)) + 1e-8;
                p[i] -= RATE / (1 - Math.pow(0.9, t)) * first[i] / denominator;
            }
            param = out.get(0);
            m = out.get(1);
            v = out.get(2);
            Numbers.assertClose(p, param.values(), 1e-10, "param after step " + t);
            Numbers.assertClose(first, m.values(), 1e-12, "m after step " + t);
            Numbers.assertClose(second, v.values(), 1e-12, "v after step " + t);
        }
    }

    /** The first step goes one learning rate against the gradient's sign, whatever its size. */
    @Test
    void theFirstStepOfAScalar() {
        Numbers zero = Numbers.of(Shape.SCALAR, 0);
        List<Numbers> out = OnReference.outputs(OP, zero, Numbers.of(Shape.SCALAR, -1e-3), zero, zero, hyper(1));
        assertEquals(RATE, out.getFirst().at(), 1e-6);
    }

    private static Numbers hyper(int t) {
        return Numbers.of(Shape.of(3), RATE, 1 - Math.pow(0.9, t), 1 - Math.pow(0.999, t));
    }
}
