package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormsTest {

    private static final double EPS = 1e-3;

    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 17, 4098})
    void layerNorm(int n) {
        Numbers x = Numbers.normal(random, 2, 3, n);
        Numbers weight = Numbers.normal(random, n);
        Numbers bias = Numbers.normal(random, n);
        Numbers y = OnReference.output(new LayerNorm(EPS), x, weight, bias);
        for (int i = 0; i < 6; i++) {
            double[] row = normalised(x.row(i, n));
            for (int j = 0; j < n; j++) {
                assertEquals(row[j] * weight.at(j) + bias.at(j), y.row(i, n)[j], 1e-10);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 17, 4098})
    void rmsNorm(int n) {
        Numbers x = Numbers.normal(random, 3, n);
        Numbers weight = Numbers.normal(random, n);
        Numbers y = OnReference.output(new RmsNorm(EPS), x, weight);
        for (int i = 0; i < 3; i++) {
            double meanSquare = Arrays.stream(x.row(i, n)).map(v -> v * v).sum() / n;
            for (int j = 0; j < n; j++) {
                assertEquals(x.at(i, j) / Math.sqrt(meanSquare + EPS) * weight.at(j), y.at(i, j), 1e-10);
            }
        }
    }

    @Test
    void groupNormTakesChannelsAndPlacesTogether() {
        Numbers x = Numbers.normal(random, 2, 6, 3, 2);
        Numbers weight = Numbers.normal(random, 6);
        Numbers bias = Numbers.normal(random, 6);
        Numbers y = OnReference.output(new GroupNorm(3, EPS), x, weight, bias);
        int size = 2 * 3 * 2;
        for (int group = 0; group < 2 * 3; group++) {
            double[] expected = normalised(x.row(group, size));
            for (int j = 0; j < size; j++) {
                int channel = (group % 3) * 2 + j / 6;
                assertEquals(expected[j] * weight.at(channel) + bias.at(channel), y.row(group, size)[j], 1e-12);
            }
        }
    }

    @Test
    void batchNormTakesBatchAndPlacesTogether() {
        Numbers x = Numbers.normal(random, 4, 2, 5);
        Numbers weight = Numbers.normal(random, 2);
        Numbers bias = Numbers.normal(random, 2);
        List<Numbers> out = OnReference.outputs(new BatchNorm(EPS), x, weight, bias);
        for (int c = 0; c < 2; c++) {
            double[] channel = new double[20];
            for (int i = 0; i < 20; i++) {
                channel[i] = x.at(i / 5, c, i % 5);
            }
            assertEquals(mean(channel), out.get(1).at(c), 1e-12);
            assertEquals(variance(channel), out.get(2).at(c), 1e-12);
            double[] expected = normalised(channel);
            for (int i = 0; i < 20; i++) {
                assertEquals(expected[i] * weight.at(c) + bias.at(c), out.getFirst().at(i / 5, c, i % 5), 1e-12);
            }
        }
    }

    /** The variance as the mean of squares less the square of the mean would lose all digits here. */
    @Test
    void farFromZero() {
        Numbers x = Numbers.of(Shape.of(1, 4), 1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3);
        Numbers one = Numbers.of(Shape.of(4), 1, 1, 1, 1);
        Numbers zero = Numbers.of(Shape.of(4), 0, 0, 0, 0);
        Numbers y = OnReference.output(new LayerNorm(EPS), x, one, zero);
        Numbers.assertClose(normalised(0, 1, 2, 3), y.values(), 1e-6, "layer norm");
    }

    private static double mean(double... x) {
        return Arrays.stream(x).average().orElseThrow();
    }

    private static double variance(double... x) {
        double mean = mean(x);
        return Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    }

    private static double[] normalised(double... x) {
        double mean = mean(x);
        double deviation = Math.sqrt(variance(x) + EPS);
        return Arrays.stream(x).map(v -> (v - mean) / deviation).toArray();
    }
}
