package dev.sirocco.tensor.fast;

import static dev.sirocco.tensor.fast.Numbers.normal;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** First and second derivatives of all composites by finite differences. */
class GradientsTest {

    private static final double TOLERANCE = 2e-6;

    static Stream<Arguments> composites() {
        Random r = new Random(1);
        return Stream.of(
                of(new Gelu(false), normal(r, 7)),
                of(new Gelu(true), normal(r, 7)),
                of(new Silu(), normal(r, 7)),
                of(new Softmax(), normal(r, 3, 5)),
                of(new LogSoftmax(), normal(r, 3, 5)),
                of(new CrossEntropy(), normal(r, 4, 7), Numbers.indices(6, -100, 0, 3)),
                of(new LayerNorm(1e-5), normal(r, 3, 7), normal(r, 7), normal(r, 7)),
                of(new RmsNorm(1e-6), normal(r, 2, 2, 5), normal(r, 5)),
                of(new GroupNorm(2, 1e-5), normal(r, 2, 4, 3), normal(r, 4), normal(r, 4)),
                of(new BatchNorm(1e-5), normal(r, 3, 2, 2, 2), normal(r, 2), normal(r, 2)),
                of(new Attention(false, 0.5), normal(r, 1, 3, 2, 3), normal(r, 1, 4, 2, 3), normal(r, 1, 4, 2, 2)),
                of(new Attention(true, 0.7), normal(r, 2, 3, 2, 2), normal(r, 2, 4, 1, 2), normal(r, 2, 4, 1, 3)),
                of(new Attention(true, 0.7, List.of(0.5, 0.25)), normal(r, 1, 2, 2, 2), normal(r, 1, 5, 1, 2),
                        normal(r, 1, 5, 1, 2), Numbers.indices(1)),
                of(new Rotary(false), normal(r, 1, 2, 2, 4), normal(r, 2, 2), normal(r, 2, 2)),
                of(new Rotary(true), normal(r, 1, 2, 2, 4), normal(r, 2, 2), normal(r, 2, 2)),
                of(Convolution.same(1, 2, 1, 1, 1), normal(r, 2, 2, 7), normal(r, 3, 2, 3)),
                of(Convolution.same(2, 1, 1, 2, 2), normal(r, 1, 2, 4, 5), normal(r, 4, 1, 2, 3)),
                of(TransposedConvolution.same(1, 3, 1, 2, 1, 2), normal(r, 1, 4, 3), normal(r, 4, 1, 4)),
                of(MaxPool.same(2, 2, 1, 1, 1), normal(r, 1, 1, 3, 4)),
                of(AveragePool.same(2, 3, 2, 1), normal(r, 1, 2, 4, 5)),
                of(new AdamW(0.9, 0.99, 1e-3, 0.1), normal(r, 5), normal(r, 5),
                        normal(r, 5), Numbers.of(Shape.of(5), 1, 2, 3, 0.5, 0.7),
                        Numbers.of(Shape.of(3), 0.1, 0.19, 0.02)),
                of(new TimeConvolution(3, 2), normal(r, 2, 5, 3), normal(r, 4, 3)),
                of(new Stft(8, 3, 4), normal(r, 2, 11), normal(r, 8)),
                of(new InverseStft(6, 2, 3), normal(r, 2, 4, 5), normal(r, 2, 4, 5), normal(r, 6)));
    }

    private static Arguments of(Composite op, Numbers... operands) {
        return Arguments.of(op, operands);
    }

    @ParameterizedTest
    @MethodSource("composites")
    void matchFiniteDifferences(Composite op, Numbers[] operands) {
        OnReference.checkGradients(op, TOLERANCE, operands);
    }
}
