package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftmaxTest {

    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 13, 64, 4098})
    void isExpOverSum(int n) {
        Numbers x = Numbers.normal(random, 3, n);
        Numbers y = OnReference.output(new Softmax(), x);
        Numbers log = OnReference.output(new LogSoftmax(), x);
        for (int i = 0; i < 3; i++) {
            double sum = Arrays.stream(x.row(i, n)).map(Math::exp).sum();
            for (int j = 0; j < n; j++) {
                assertEquals(Math.exp(x.at(i, j)) / sum, y.at(i, j), 1e-12);
                assertEquals(x.at(i, j) - Math.log(sum), log.at(i, j), 1e-12);
            }
        }
    }

    @Test
    void survivesLargeAndMaskedLogits() {
        Numbers x = Numbers.of(Shape.of(2, 3), 1e30, 1e30, -1e30, Double.NEGATIVE_INFINITY, 5, 5);
        Numbers y = OnReference.output(new Softmax(), x);
        Numbers.assertClose(new double[] {0.5, 0.5, 0, 0, 0.5, 0.5}, y.values(), 1e-15, "softmax");
    }

    @Test
    void crossEntropyIsTheNegativeLogLikelihood() {
        int n = 5;
        int classes = 17;
        int[] targets = {16, 0, -100, 3, -1};
        Numbers logits = Numbers.normal(random, n, classes);
        List<Numbers> out = OnReference.outputs(new CrossEntropy(), logits, Numbers.indices(targets));
        for (int i = 0; i < n; i++) {
            double logSumExp = Math.log(Arrays.stream(logits.row(i, classes)).map(Math::exp).sum());
            double loss = targets[i] < 0 ? 0 : logSumExp - logits.at(i, targets[i]);
            assertEquals(loss, out.get(0).at(i), 1e-12, "loss of row " + i);
            assertEquals(logSumExp, out.get(1).at(i), 1e-12, "log-sum-exp of row " + i);
        }
    }

    @Test
    void crossEntropySurvivesLargeAndMaskedLogits() {
        Numbers logits = Numbers.of(Shape.of(2, 3), 1000, -1000, 0, Double.NEGATIVE_INFINITY, 2, 2);
        Numbers loss = OnReference.output(new CrossEntropy(), logits, Numbers.indices(1, 2));
        Numbers.assertClose(new double[] {2000, Math.log(2)}, loss.values(), 1e-12, "loss");
    }
}
