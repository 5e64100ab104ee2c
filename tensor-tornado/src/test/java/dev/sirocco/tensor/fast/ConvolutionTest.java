package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvolutionTest {

    private final Random random = new Random(1);

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 1, 1, 0, 1, 1",
        "2, 3, 17, 4, 3, 1, 1, 1, 1",
        "1, 4, 13, 6, 4, 3, 2, 2, 2",
        "2, 8, 64, 8, 7, 1, 3, 1, 8",
        "1, 2, 7, 1, 7, 2, 0, 1, 1"})
    void alongOneAxis(int n, int in, int size, int out, int kernel, int stride, int pad, int dilation, int groups) {
        Numbers x = Numbers.normal(random, n, in, size);
        Numbers w = Numbers.normal(random, out, in / groups, kernel);
        Numbers y = OnReference.output(Convolution.same(1, stride, pad, dilation, groups), x, w);
        for (int b = 0; b < n; b++) {
            for (int o = 0; o < out; o++) {
                for (int at = 0; at < y.dim(2); at++) {
                    double sum = 0;
                    for (int c = 0; c < in / groups; c++) {
                        for (int k = 0; k < kernel; k++) {
                            int from = at * stride + k * dilation - pad;
                            sum += from < 0 || from >= size ? 0
                                    : w.at(o, c, k) * x.at(b, o / (out / groups) * (in / groups) + c, from);
                        }
                    }
                    assertEquals(sum, y.at(b, o, at), 1e-10);
                }
            }
        }
    }

    /** Two axes with different numbers along each, padded differently at the two ends. */
    @Test
    void alongTwoAxes() {
        Numbers x = Numbers.normal(random, 2, 4, 9, 8);
        Numbers w = Numbers.normal(random, 6, 2, 3, 2);
        Numbers y = OnReference.output(
                new Convolution(List.of(2, 1), List.of(1, 0), List.of(2, 3), List.of(1, 3), 2), x, w);
        assertEquals(Shape.of(2, 6, 5, 8), y.type().shape());
        for (int b = 0; b < 2; b++) {
            for (int o = 0; o < 6; o++) {
                for (int place = 0; place < 40; place++) {
                    double sum = 0;
                    for (int tap = 0; tap < 2 * 3 * 2; tap++) {
                        int row = place / 8 * 2 + tap / 2 % 3 - 1;
                        int column = place % 8 + tap % 2 * 3;
                        boolean isInside = row >= 0 && row < 9 && column < 8;
                        sum += !isInside ? 0
                                : w.at(o, tap / 6, tap / 2 % 3, tap % 2) * x.at(b, o / 3 * 2 + tap / 6, row, column);
                    }
                    assertEquals(sum, y.at(b, o, place / 8, place % 8), 1e-12);
                }
            }
        }
    }

    /** A kernel that is 1 at one place moves the picture. */
    @Test
    void alongThreeAxes() {
        Numbers x = Numbers.normal(random, 1, 1, 3, 4, 5);
        double[] taps = new double[27];
        taps[2 * 9 + 3] = 1;                                                            // (2, 1, 0)
        Numbers y = OnReference.output(Convolution.same(3, 1, 1, 1, 1), x, Numbers.of(Shape.of(1, 1, 3, 3, 3), taps));
        assertEquals(x.type(), y.type());
        assertEquals(x.at(0, 0, 1, 2, 1), y.at(0, 0, 0, 2, 2));
        assertEquals(0, y.at(0, 0, 2, 2, 2));
        assertEquals(0, y.at(0, 0, 0, 2, 0));
    }

    /** ⟨conv(x), z⟩ = ⟨x, transposed(z)⟩, with the same weights. */
    @ParameterizedTest
    @CsvSource({"1, 1, 0, 0, 1, 1", "8, 2, 1, 1, 1, 1", "13, 3, 2, 1, 2, 2", "9, 4, 0, 3, 1, 4", "6, 2, 3, 0, 1, 2"})
    void transposedIsTheAdjoint(int size, int stride, int pad, int outputPad, int dilation, int groups) {
        int outputs = 4;
        int inputs = 8;
        Numbers w = Numbers.normal(random, outputs, inputs / groups, 3, 4);
        Numbers z = Numbers.normal(random, 2, outputs, size, size + 1);
        Numbers y = OnReference.output(TransposedConvolution.same(2, stride, pad, outputPad, dilation, groups), z, w);
        assertEquals((size - 1) * stride - 2 * pad + 2 * dilation + 1 + outputPad, y.dim(2));
        Numbers x = Numbers.normal(random, y.type().shape().dims());
        Numbers forward = OnReference.output(Convolution.same(2, stride, pad, dilation, groups), x, w);
        assertEquals(z.type(), forward.type());
        double expected = dot(forward, z);
        assertEquals(expected, dot(x, y), 1e-10 * (1 + Math.abs(expected)));
    }

    @Test
    void maxPool() {
        Numbers x = Numbers.of(Shape.of(1, 1, 3, 3), -1, -2, -3, -4, -5, -6, -7, -8, -9);
        Numbers y = OnReference.output(MaxPool.same(2, 2, 2, 1, 1), x);
        Numbers.assertClose(new double[] {-1, -2, -4, -5}, y.values(), 0, "max pool");
        Numbers dilated = OnReference.output(new MaxPool(List.of(2, 2), List.of(1, 1), List.of(0, 0), List.of(2, 1)),
                x);
        Numbers.assertClose(new double[] {-1, -2}, dilated.values(), 0, "max pool");
    }

    @Test
    void averagePoolCountsPadding() {
        Numbers x = Numbers.of(Shape.of(1, 1, 3, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Numbers y = OnReference.output(AveragePool.same(2, 2, 2, 1), x);
        Numbers.assertClose(new double[] {0.25, 1.25, 2.75, 7}, y.values(), 0, "average pool");
    }

    private static double dot(Numbers a, Numbers b) {
        double sum = 0;
        for (int i = 0; i < a.values().length; i++) {
            sum += a.values()[i] * b.values()[i];
        }
        return sum;
    }
}
