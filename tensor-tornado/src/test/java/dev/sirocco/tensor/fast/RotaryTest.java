package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotaryTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void turnsEveryPairByItsAngle(boolean interleaved) {
        Random random = new Random(1);
        int half = 3;
        Numbers x = Numbers.normal(random, 2, 5, 2, 2 * half);
        double[] angles = random.doubles(5 * half, 0, 6).toArray();
        Numbers y = OnReference.output(new Rotary(interleaved), x,
                Numbers.of(Shape.of(5, half), Arrays.stream(angles).map(Math::cos).toArray()),
                Numbers.of(Shape.of(5, half), Arrays.stream(angles).map(Math::sin).toArray()));
        for (int b = 0; b < 2; b++) {
            for (int t = 0; t < 5; t++) {
                for (int i = 0; i < half; i++) {
                    int first = interleaved ? 2 * i : i;
                    int second = interleaved ? 2 * i + 1 : i + half;
                    double before = Math.atan2(x.at(b, t, 1, second), x.at(b, t, 1, first));
                    double after = Math.atan2(y.at(b, t, 1, second), y.at(b, t, 1, first));
                    double turned = after - before - angles[t * half + i];
                    assertEquals(0, Math.IEEEremainder(turned, 2 * Math.PI), 1e-9);
                    assertEquals(Math.hypot(x.at(b, t, 1, first), x.at(b, t, 1, second)),
                            Math.hypot(y.at(b, t, 1, first), y.at(b, t, 1, second)), 1e-12);
                }
            }
        }
    }
}
