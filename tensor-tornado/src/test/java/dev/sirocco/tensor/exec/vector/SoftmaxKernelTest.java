package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.BoundOp.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.fast.LogSoftmax;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class SoftmaxKernelTest {

    private static final int[] SIZES = {1, 7, 8, 13, 17, 64, 4098};

    @Test
    void softmax() {
        for (int n : SIZES) {
            BoundOp op = BoundOp.of(new Softmax(), random(1, 3, 5, n));
            op.check(1e-6);
            op.backward().check(1e-5);
        }
    }

    @Test
    void logSoftmax() {
        for (int n : SIZES) {
            BoundOp op = BoundOp.of(new LogSoftmax(), random(1, 15, n));
            op.check(1e-6);
            op.backward().check(1e-5);
        }
    }

    @Test
    void softmaxOfLargeNumbers() {
        float[] y = BoundOp.of(new Softmax(), Storage.of(Shape.of(4), 1e30f, -1e30f, Float.NEGATIVE_INFINITY, 1e30f))
                .run(1).getFirst().floats();
        assertEquals(0.5f, y[0]);
        assertEquals(0, y[1]);
        assertEquals(0, y[2]);
    }

    @Test
    void crossEntropy() {
        for (int n : SIZES) {
            Storage targets = new Storage(DType.I32, Shape.of(29));
            for (int i = 0; i < 29; i++) {
                targets.segment().set(Memory.INT, 4L * i, i % 6 == 5 ? -1 : i * 7 % n);
            }
            BoundOp op = BoundOp.of(new CrossEntropy(), random(1, 29, n), targets);
            op.check(1e-5);
            op.backward().check(1e-5);
        }
    }

    @Test
    void targetThatIsNoClass() {
        var error = assertThrows(IndexOutOfBoundsException.class,
                () -> BoundOp.of(new CrossEntropy(), random(1, 2, 5), Storage.of(Shape.of(2), 4, 5)).run(2));
        assertTrue(error.getMessage().contains("index 5 of an axis of size 5"), error.getMessage());
    }

    /** One unit in the last place, and the same bits in every lane and call. */
    @Test
    void exponential() {
        float[] x = new float[Floats.LANES];
        for (float at = -87; at < 88; at += 0.37f) {
            for (int i = 0; i < x.length; i++) {
                x[i] = at + i * 0.01f;
            }
            float[] y = Floats.exp(FloatVector.fromArray(Floats.S, x, 0)).toArray();
            for (int i = 0; i < x.length; i++) {
                double e = Math.exp(x[i]);
                assertEquals(e, y[i], 1.1 * Math.ulp((float) e), "exp " + x[i]);
            }
        }
        assertEquals(0, Floats.exp(Floats.broadcast(Float.NEGATIVE_INFINITY)).lane(0));
        assertTrue(Float.isNaN(Floats.exp(Floats.broadcast(Float.NaN)).lane(0)));
    }
}
