package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** {@link Acoustic} and {@link MonotonicAlignment}. */
class AcousticTest {

    private static final Acoustic.Config TINY = new Acoustic.Config(7, 6, 2, 5, 12, 2, 2, 8, 4);

    @Test
    void computesWhatPyTorchDoes() {
        GoldenNetwork.check("acoustic.safetensors", scope -> new Acoustic(TINY, scope), Acoustic::parameters,
                (acoustic, in) -> {
            Acoustic.Encoded encoded = acoustic.encode(in.get("text"), in.get("voice"));
            return Map.of("means", encoded.means(), "durations", acoustic.logDurations(encoded.hidden()),
                    "fit", Acoustic.fit(encoded.means(), in.get("x")),
                    "velocity", acoustic.velocity(in.get("x"), in.get("times"),
                            Acoustic.spread(encoded, in.get("path")), in.get("voice")));
        });
    }

    @Test
    void isAsLargeAsItSays() {
        assertEquals(8.5, new Acoustic(Acoustic.Config.small(100, 2, 80), Scope.root(1)).parameters().count() / 1e6,
                0.1);
    }

    @Test
    void thePathIsTheBestOfAll() {
        SplittableRandom random = new SplittableRandom(1);
        for (int symbols = 1; symbols <= 5; symbols++) {
            for (int frames = symbols; frames <= 9; frames++) {
                float[] fit = new float[3 + symbols * 11];
                for (int i = 0; i < fit.length; i++) {
                    fit[i] = (float) random.nextDouble(-1, 1);
                }
                int[] found = MonotonicAlignment.search(fit, 3, 11, symbols, frames);
                assertEquals(best(fit, symbols, 0, 0, frames), sum(fit, found), 1e-5);
            }
        }
    }

    /** The largest sum from this symbol and frame on, by trying all. */
    private static double best(float[] fit, int symbols, int t, int f, int frames) {
        if (t == symbols) {
            return f == frames ? 0 : Double.NEGATIVE_INFINITY;
        }
        double best = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (int end = f; end < frames; end++) {
            sum += fit[3 + t * 11 + end];
            best = Math.max(best, sum + best(fit, symbols, t + 1, end + 1, frames));
        }
        return best;
    }

    private static double sum(float[] fit, int[] durations) {
        double sum = 0;
        int f = 0;
        for (int t = 0; t < durations.length; t++) {
            for (int end = f + durations[t]; f < end; f++) {
                sum += fit[3 + t * 11 + f];
            }
        }
        return sum;
    }

    @Test
    void everySymbolHasAFrame() {
        float[] fit = {9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0};                      // (3, 4)
        assertArrayEquals(new int[] {2, 1, 1}, MonotonicAlignment.search(fit, 0, 4, 3, 4));
        assertThrows(IllegalArgumentException.class, () -> MonotonicAlignment.search(fit, 0, 4, 4, 3));
    }
}
