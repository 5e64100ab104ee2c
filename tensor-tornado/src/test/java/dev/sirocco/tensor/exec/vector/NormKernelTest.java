package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.BoundOp.random;

import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.RmsNorm;
import org.junit.jupiter.api.Test;

class NormKernelTest {

    private static final int[] SIZES = {2, 7, 8, 13, 17, 64, 100};

    private static void checkBoth(BoundOp op, double tolerance) {
        op.check(1e-5);
        op.backward().check(tolerance);
    }

    @Test
    void layerNorm() {
        for (int n : SIZES) {
            checkBoth(BoundOp.of(new LayerNorm(1e-5), random(1, 5, 7, n), random(2, n), random(3, n)), 1e-4);
        }
        checkBoth(BoundOp.of(new LayerNorm(1e-5), random(1, 700, 40), random(2, 40), random(3, 40)), 1e-4);
        checkBoth(BoundOp.of(new LayerNorm(1e-5), random(1, 3, 4098), random(2, 4098), random(3, 4098)), 1e-4);
    }

    @Test
    void rmsNorm() {
        for (int n : SIZES) {
            checkBoth(BoundOp.of(new RmsNorm(1e-5), random(1, 31, n), random(2, n)), 1e-4);
        }
        checkBoth(BoundOp.of(new RmsNorm(1e-5), random(1, 2000, 33), random(2, 33)), 1e-4);
    }

    @Test
    void groupNorm() {
        for (int places : SIZES) {
            checkBoth(BoundOp.of(new GroupNorm(3, 1e-5), random(1, 3, 6, places), random(2, 6), random(3, 6)), 1e-4);
        }
        checkBoth(BoundOp.of(new GroupNorm(1, 1e-5), random(1, 2, 8, 9, 11), random(2, 8), random(3, 8)), 1e-4);
        checkBoth(BoundOp.of(new GroupNorm(2, 1e-5), random(1, 3, 8), random(2, 8), random(3, 8)), 1e-4);
    }

    @Test
    void batchNorm() {
        for (int places : SIZES) {
            checkBoth(BoundOp.of(new BatchNorm(1e-5), random(1, 4, 5, places), random(2, 5), random(3, 5)), 1e-4);
        }
        checkBoth(BoundOp.of(new BatchNorm(1e-5), random(1, 9, 6), random(2, 6), random(3, 6)), 1e-4);
    }
}
