package dev.sirocco.tensor.exec.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.RandomKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomKernelTest {

    private static final Storage SEED_AND_STEP = Storage.of(Shape.of(2), 0x89abcdef, 3);

    private static BoundOp random(RandomKind kind, int... dims) {
        return BoundOp.of(new Op.Random(kind, Shape.of(dims), 5), SEED_AND_STEP);
    }

    @Test
    void uniform() {
        for (int n : new int[] {0, 1, 7, 8, 13, 17, 64, 4098, 40_000}) {
            random(RandomKind.UNIFORM, n).check(0);
        }
    }

    @Test
    void normal() {
        for (int n : new int[] {0, 1, 7, 8, 13, 17, 64, 4098, 40_000}) {
            random(RandomKind.NORMAL, n).check(2e-6);
        }
    }

    /** The known answers of Random123, for counter and key 0: 6627e8d5 e169c58d bc57ac4c 9b00dbd8. */
    @Test
    void knownAnswers() {
        float[] x = BoundOp.of(new Op.Random(RandomKind.UNIFORM, Shape.of(4), 0), Storage.of(Shape.of(2), 0, 0))
                .run(1).getFirst().floats();
        int[] expected = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
        for (int i = 0; i < 4; i++) {
            assertEquals((expected[i] >>> 8) * 0x1p-24f, x[i]);
        }
    }

    @Test
    void moments() {
        float[] x = random(RandomKind.NORMAL, 200, 1000).run(2).getFirst().floats();
        double mean = 0;
        double square = 0;
        for (float v : x) {
            mean += v;
            square += (double) v * v;
        }
        assertEquals(0, mean / x.length, 0.01);
        assertEquals(1, square / x.length, 0.01);
    }

    @Test
    void stepsDiffer() {
        float[] x = random(RandomKind.UNIFORM, 100).run(1).getFirst().floats();
        float[] y = BoundOp.of(new Op.Random(RandomKind.UNIFORM, Shape.of(100), 5),
                Storage.of(Shape.of(2), 0x89abcdef, 4)).run(1).getFirst().floats();
        assertNotEquals(Arrays.hashCode(x), Arrays.hashCode(y));
    }
}
