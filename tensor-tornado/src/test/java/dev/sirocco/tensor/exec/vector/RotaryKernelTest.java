package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.BoundOp.random;

import dev.sirocco.tensor.fast.Rotary;
import org.junit.jupiter.api.Test;

class RotaryKernelTest {

    @Test
    void bothLayouts() {
        for (int size : new int[] {2, 14, 16, 26, 34, 64, 128}) {
            for (boolean interleaved : new boolean[] {false, true}) {
                BoundOp op = BoundOp.of(new Rotary(interleaved), random(1, 2, 9, 3, size), random(2, 9, size / 2),
                        random(3, 9, size / 2));
                op.check(1e-6);
                op.backward().check(1e-5);
            }
        }
    }
}
