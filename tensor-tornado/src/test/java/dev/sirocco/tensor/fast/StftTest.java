package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Shape;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StftTest {

    /** The transform's matrices are F32. */
    private static final double TOLERANCE = 1e-5;

    private final Random random = new Random(1);

    @ParameterizedTest
    @CsvSource({"1, 1, 0, 3", "8, 2, 4, 17", "7, 3, 3, 13", "16, 4, 6, 64", "16, 16, 0, 40"})
    void isTheTransformOfEachFrame(int nFft, int hop, int pad, int samples) {
        Numbers x = Numbers.normal(random, 2, samples);
        Numbers window = hann(nFft);
        List<Numbers> out = OnReference.outputs(new Stft(nFft, hop, pad), x, window);
        assertEquals(Shape.of(2, nFft / 2 + 1, (samples + 2 * pad - nFft) / hop + 1), out.getFirst().type().shape());
        for (int k = 0; k <= nFft / 2; k++) {
            for (int t = 0; t < out.getFirst().dim(2); t++) {
                double real = 0;
                double imaginary = 0;
                for (int i = 0; i < nFft; i++) {
                    int at = Math.abs(t * hop + i - pad);                               // reflected in front
                    double sample = x.at(1, at < samples ? at : 2 * (samples - 1) - at) * window.at(i);
                    real += sample * Math.cos(2 * Math.PI * k * i / nFft);
                    imaginary -= sample * Math.sin(2 * Math.PI * k * i / nFft);
                }
                assertEquals(real, out.get(0).at(1, k, t), TOLERANCE);
                assertEquals(imaginary, out.get(1).at(1, k, t), TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 2, 32", "7, 3, 30", "16, 4, 64"})
    void theInverseUndoesIt(int nFft, int hop, int samples) {
        Numbers x = Numbers.normal(random, 2, samples);
        Numbers window = hann(nFft);
        List<Numbers> spectrum = OnReference.outputs(Stft.centred(nFft, hop), x, window);
        Numbers y = OnReference.output(InverseStft.centred(nFft, hop), spectrum.get(0), spectrum.get(1), window);
        assertEquals((spectrum.getFirst().dim(2) - 1) * hop + nFft - 2 * (nFft / 2), y.dim(1));
        for (int i = 0; i < y.dim(1); i++) {
            assertEquals(x.at(1, i), y.at(1, i), TOLERANCE);
        }
    }

    /** What PyTorch's irfft ignores: the imaginary parts of the first and the middle bin. */
    @Test
    void imaginaryPartsOfTheRealBinsHaveNoEffect() {
        Numbers real = Numbers.normal(random, 5, 3);
        double[] imaginary = new double[15];
        for (int t = 0; t < 3; t++) {
            imaginary[t] = 1e6;
            imaginary[4 * 3 + t] = 1e6;
        }
        Numbers window = hann(8);
        InverseStft op = InverseStft.centred(8, 2);
        Numbers expected = OnReference.output(op, real, Numbers.of(Shape.of(5, 3), new double[15]), window);
        Numbers actual = OnReference.output(op, real, Numbers.of(Shape.of(5, 3), imaginary), window);
        Numbers.assertClose(expected.values(), actual.values(), TOLERANCE, "inverse");
    }

    /** A Hann window begins with 0, so nothing is known of the very first sample. */
    @Test
    void samplesUnderNoWindowAreZero() {
        Numbers spectrum = Numbers.normal(random, 5, 1);
        Numbers y = OnReference.output(new InverseStft(8, 2, 0), spectrum, spectrum, hann(8));
        assertEquals(0, y.at(0));
    }

    /** Periodic, as PyTorch's. */
    private static Numbers hann(int n) {
        return Numbers.of(Shape.of(n), IntStream.range(0, n)
                .mapToDouble(i -> n == 1 ? 1 : 0.5 - 0.5 * Math.cos(2 * Math.PI * i / n)).toArray());
    }
}
