package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.BoundOp.random;

import dev.sirocco.tensor.fast.QuantisedMatMul;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.Storage;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantisedMatMulKernelTest {

    @ParameterizedTest
    @EnumSource
    void agreesWithItsComposition(Format format) {
        int[][] sizes = {{1, 32, 1}, {1, 64, 7}, {1, 768, 130}, {3, 96, 9}, {4, 32, 64}, {5, 64, 33}, {40, 128, 513}};
        for (int[] mkn : sizes) {
            BoundOp.of(new QuantisedMatMul(format), random(1, mkn[0], mkn[1]), rows(format, mkn[2], mkn[1]))
                    .check(1e-5);
        }
        BoundOp.of(new QuantisedMatMul(format), random(1, 2, 3, 64), rows(format, 70, 64)).check(1e-5);
    }

    /** Any bytes, but for scales that are numbers of moderate size; half of those in F16 are subnormal. */
    private static Storage rows(Format format, int n, int k) {
        Random random = new Random(7);
        Storage rows = new Storage(format.rows(n, k).dtype(), format.rows(n, k).shape());
        if (format == Format.F16) {
            for (int i = 0; i < rows.numel(); i++) {
                rows.set(i, (float) random.nextGaussian() * (random.nextBoolean() ? 1 : 2e-5f));
            }
            return rows;
        }
        for (int i = 0; i < rows.numel(); i++) {
            rows.set(i, random.nextInt(-128, 128));
        }
        for (int block = 0; block < n * k / Format.ELEMENTS; block++) {
            short scale = Float.floatToFloat16((float) random.nextGaussian() / 64);
            rows.set((long) block * format.bytes(), (byte) scale);
            rows.set((long) block * format.bytes() + 1, (byte) (scale >> 8));
        }
        return rows;
    }
}
