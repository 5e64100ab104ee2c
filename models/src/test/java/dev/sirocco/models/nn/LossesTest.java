package dev.sirocco.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import org.junit.jupiter.api.Test;

class LossesTest {

    private final Graph g = new Graph();

    private Tensor vector(float... values) {
        return g.constant(Storage.of(Shape.of(values.length), values));
    }

    private static void assertLoss(double expected, Tensor loss) {
        assertEquals(expected, loss.eval().scalar(), 1e-5);
    }

    @Test
    void crossEntropyOfTheRowsThatCount() {
        Tensor logits = g.constant(Storage.of(Shape.of(3, 2), 1f, 3f, 0f, 0f, 5f, 5f));
        Tensor targets = g.constant(Storage.of(Shape.of(3), 1, -1, 0));
        double first = Math.log(1 + Math.exp(-2));
        double third = Math.log(2);
        assertLoss((first + third) / 2, Losses.crossEntropy(logits, targets));
        // The other class of the first row costs 2 more; both of the third cost the same.
        assertLoss((first + 0.2 * 0.5 * 2 + third) / 2, Losses.crossEntropy(logits, targets, 0.2, 0));
        double z1 = 3 + Math.log(1 + Math.exp(-2));
        double z3 = 5 + Math.log(2);
        assertLoss((first + third + 0.1 * (z1 * z1 + z3 * z3)) / 2, Losses.crossEntropy(logits, targets, 0, 0.1));
    }

    @Test
    void distances() {
        Tensor a = vector(1, 2, 3);
        Tensor b = vector(1, 2.5f, 0);
        assertLoss((0.25 + 9) / 3, Losses.mse(a, b));
        assertLoss(3.5 / 3, Losses.l1(a, b));
        assertLoss((0.125 + 2.5) / 3, Losses.huber(a, b, 1));
    }

    @Test
    void binaryCrossEntropyIsStable() {
        double expected = (Math.log(1 + Math.exp(-2)) + 0.7 * Math.log(1 + Math.exp(-0.5))
                + 0.3 * Math.log(1 + Math.exp(0.5)) + 100) / 3;
        assertLoss(expected, Losses.bceWithLogits(vector(2, 0.5f, 100), vector(1, 0.7f, 0)));
    }

    @Test
    void divergences() {
        Tensor p = g.constant(Storage.of(Shape.of(1, 2), (float) Math.log(0.25), (float) Math.log(0.75)));
        Tensor q = g.constant(Storage.of(Shape.of(1, 2), (float) Math.log(0.5), (float) Math.log(0.5)));
        assertLoss(0.25 * Math.log(0.5) + 0.75 * Math.log(1.5), Losses.kl(p, q));
        assertLoss(0, Losses.klToStandardNormal(vector(0), vector(0)));
        assertLoss(0.5 * (1 + Math.E - 1 - 1), Losses.klToStandardNormal(vector(1), vector(1)));
    }
}
