package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionTest {

    private final Random random = new Random(1);

    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 1, 1", "2, 7, 7, 2, 2, 8", "1, 13, 17, 6, 2, 3", "2, 3, 64, 4, 1, 5"})
    void everyQueryTakesItsShare(int batch, int t, int s, int heads, int kvHeads, int d) {
        Numbers q = Numbers.normal(random, batch, t, heads, d);
        Numbers k = Numbers.normal(random, batch, s, kvHeads, d);
        Numbers v = Numbers.normal(random, batch, s, kvHeads, d + 1);
        List<Double> slopes = random.doubles(heads).boxed().toList();
        check(new Attention(false, 0.3), q, k, v, s - t);
        check(new Attention(true, 0.3), q, k, v, s - t);
        check(new Attention(false, 0.3, slopes), q, k, v, s - t);
        check(new Attention(true, 0.3, slopes), q, k, v, s - t);
    }

    /** Three queries behind four keys in a cache of ten: the places behind them must not matter. */
    @Test
    void anOffsetHidesTheRestOfACache() {
        Numbers q = Numbers.normal(random, 1, 3, 4, 5);
        Numbers k = Numbers.normal(random, 1, 10, 2, 5);
        Numbers v = Numbers.normal(random, 1, 10, 2, 5);
        check(new Attention(true, 0.3), q, k, v, 4, Numbers.indices(4));
        check(new Attention(true, 0.3, List.of(0.5, 0.25, 0.125, 0.0625)), q, k, v, 4, Numbers.indices(4));
    }

    @Test
    void largeScoresDoNotOverflow() {
        Numbers q = Numbers.of(Shape.of(1, 1, 1, 1), 1e20);
        Numbers k = Numbers.of(Shape.of(1, 2, 1, 1), 1e20, -1e20);
        Numbers v = Numbers.of(Shape.of(1, 2, 1, 1), 3, 4);
        assertEquals(3, OnReference.output(new Attention(false, 1), q, k, v).at(0, 0, 0, 0));
    }

    private static void check(Attention op, Numbers q, Numbers k, Numbers v, int offset, Numbers... offsetOperand) {
        List<Numbers> out = offsetOperand.length == 0
                ? OnReference.outputs(op, q, k, v)
                : OnReference.outputs(op, q, k, v, offsetOperand[0]);
        for (int b = 0; b < q.dim(0); b++) {
            for (int i = 0; i < q.dim(1); i++) {
                for (int h = 0; h < q.dim(2); h++) {
                    checkQuery(op, q, k, v, offset, out, b, i, h);
                }
            }
        }
    }

    private static void checkQuery(Attention op, Numbers q, Numbers k, Numbers v, int offset, List<Numbers> out,
            int b, int i, int h) {
        int kvHead = h / (q.dim(2) / k.dim(2));
        int sees = op.causal() ? offset + i + 1 : k.dim(1);
        double[] weights = new double[sees];
        double total = 0;
        for (int j = 0; j < sees; j++) {
            double score = op.alibi().isEmpty() ? 0 : -op.alibi().get(h) * (offset + i - j);
            for (int c = 0; c < q.dim(3); c++) {
                score += op.scale() * q.at(b, i, h, c) * k.at(b, j, kvHead, c);
            }
            weights[j] = Math.exp(score);
            total += weights[j];
        }
        assertEquals(Math.log(total), out.get(1).at(b, i, h), 1e-6, "log-sum-exp");
        for (int c = 0; c < v.dim(3); c++) {
            double y = 0;
            for (int j = 0; j < sees; j++) {
                y += weights[j] / total * v.at(b, j, kvHead, c);
            }
            assertEquals(y, out.getFirst().at(b, i, h, c), 1e-6, "batch %d, query %d, head %d".formatted(b, i, h));
        }
    }
}
