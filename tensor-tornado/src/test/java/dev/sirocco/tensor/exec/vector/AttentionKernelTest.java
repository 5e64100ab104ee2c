package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.BoundOp.random;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttentionKernelTest {

    private static BoundOp attention(Attention op, int batch, int queries, int heads, int keys, int kvHeads, int size,
                                     int valueSize) {
        return BoundOp.of(op, random(1, batch, queries, heads, size), random(2, batch, keys, kvHeads, size),
                random(3, batch, keys, kvHeads, valueSize));
    }

    private static void checkBoth(BoundOp op) {
        op.check(2e-5);
        op.backward().check(1e-4);
    }

    @Test
    void causalOverSeveralBlocks() {
        checkBoth(attention(new Attention(true, 0.125), 2, 130, 2, 130, 2, 64, 64));
    }

    @Test
    void raggedSizes() {
        for (int n : new int[] {1, 5, 7, 8, 13, 17, 33, 64, 65}) {
            checkBoth(attention(new Attention(n % 2 == 0, 0.3), 1, n, 2, n + 3, 1, 13, 7));
        }
    }

    @Test
    void groupedQueriesAndLongerCache() {
        checkBoth(attention(new Attention(true, 0.2), 2, 40, 6, 70, 2, 40, 40));
    }

    @Test
    void fewQueriesOfManyKeys() {
        for (int queries = 1; queries <= 4; queries++) {
            checkBoth(attention(new Attention(true, 0.2), 2, queries, 4, 150, 2, 24, 24));
        }
    }

    @Test
    void alibi() {
        Attention op = new Attention(true, 0.2, List.of(0.5, 0.25, 0.125, 0.0625));
        checkBoth(attention(op, 1, 70, 4, 70, 2, 16, 16));
        checkBoth(attention(op, 1, 2, 4, 70, 4, 16, 16));
        checkBoth(attention(new Attention(false, 0.2, List.of(0.5, 0.25)), 1, 33, 2, 40, 2, 16, 16));
    }

    /** The places of a cache that are not filled yet may hold anything. */
    @Test
    void offsetIntoHalfFilledCache() {
        for (int queries : new int[] {1, 9, 40}) {
            BoundOp full = attention(new Attention(true, 0.2), 1, queries, 2, 100, 2, 16, 16);
            full.operands().get(1).set((50L + queries) * 2 * 16, Float.NaN);
            full.operands().get(2).set((50L + queries) * 2 * 16 + 5, Float.NaN);
            BoundOp op = BoundOp.of(full.op(), full.operands().get(0), full.operands().get(1), full.operands().get(2),
                    Storage.of(Shape.of(1), 50));
            BoundOp clean = attention(new Attention(true, 0.2), 1, queries, 2, 100, 2, 16, 16);
            List<Storage> expected = BoundOp.of(full.op(), clean.operands().get(0), clean.operands().get(1),
                    clean.operands().get(2), Storage.of(Shape.of(1), 50)).expected();
            List<Storage> actual = op.run(2);
            for (int i = 0; i < 2; i++) {
                BoundOp.close(expected.get(i), actual.get(i), 2e-5, queries + " queries, output " + i);
            }
        }
    }
}
