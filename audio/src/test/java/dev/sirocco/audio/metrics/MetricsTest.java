package dev.sirocco.audio.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static float[][] column(float... values) {
        float[][] rows = new float[values.length][];
        for (int i = 0; i < values.length; i++) {
            rows[i] = new float[] {values[i]};
        }
        return rows;
    }

    // ---- time warping -----------------------------------------------------------------------------------------------

    @Test
    void equalSequencesGoHandInHand() {
        TimeWarp path = TimeWarp.of(column(1, 2, 3), column(1, 2, 3));
        assertArrayEquals(new int[] {0, 1, 2}, path.first());
        assertArrayEquals(new int[] {0, 1, 2}, path.second());
        assertEquals(0, path.cost());
    }

    @Test
    void whatIsHeldLongerCostsNothing() {
        TimeWarp path = TimeWarp.of(column(1, 2, 3), column(1, 1, 2, 2, 2, 3));
        assertArrayEquals(new int[] {0, 0, 1, 1, 1, 2}, path.first());
        assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5}, path.second());
        assertEquals(0, path.cost());
    }

    /**
     * Distances |a - b| and, in brackets, the least sums:
     * <pre>
     *        b: 2       0       6
     * a = 0:  2 (2)   0 (2)   6 (8)
     * a = 3:  1 (3)   3 (5)   3 (5)
     * a = 5:  3 (6)   5 (8)   1 (6)
     * </pre>
     */
    @Test
    void sumsAreThoseOfTheTable() {
        TimeWarp path = TimeWarp.of(column(0, 3, 5), column(2, 0, 6));
        assertEquals(6, path.cost());
        // Several paths have that sum: a step in both goes first.
        assertArrayEquals(new int[] {0, 1, 2}, path.first());
        assertArrayEquals(new int[] {0, 1, 2}, path.second());
    }

    @Test
    void oneFrameMeetsAll() {
        TimeWarp path = TimeWarp.of(column(1), column(0, 1, 3));
        assertEquals(3, path.cost());
        assertArrayEquals(new int[] {0, 0, 0}, path.first());
        assertArrayEquals(new int[] {0, 0, 0}, TimeWarp.of(column(0, 1, 3), column(1)).second());
    }

    /** Against all paths of small random sequences. */
    @Test
    void noPathIsCheaper() {
        Random random = new Random(5);
        for (int round = 0; round < 50; round++) {
            float[][] a = new float[1 + random.nextInt(5)][2];
            float[][] b = new float[1 + random.nextInt(5)][2];
            for (float[][] sequence : new float[][][] {a, b}) {
                for (float[] vector : sequence) {
                    vector[0] = random.nextFloat();
                    vector[1] = random.nextFloat();
                }
            }
            TimeWarp path = TimeWarp.of(a, b);
            assertEquals(cheapest(a, b, 0, 0), path.cost(), 1e-6);
            double sum = 0;
            for (int i = 0; i < path.length(); i++) {
                sum += distance(a[path.first()[i]], b[path.second()[i]]);
            }
            assertEquals(path.cost(), sum, 1e-6);
        }
    }

    private static double distance(float[] x, float[] y) {
        return Math.hypot(x[0] - y[0], x[1] - y[1]);
    }

    private static double cheapest(float[][] a, float[][] b, int i, int j) {
        if (i == a.length || j == b.length) {
            return Double.POSITIVE_INFINITY;
        }
        double rest = i == a.length - 1 && j == b.length - 1 ? 0
                : Math.min(cheapest(a, b, i + 1, j + 1), Math.min(cheapest(a, b, i + 1, j), cheapest(a, b, i, j + 1)));
        return distance(a[i], b[j]) + rest;
    }

    @Test
    void tracksFollowThePath() {
        TimeWarp path = TimeWarp.of(column(1, 2), column(1, 1, 2));
        assertArrayEquals(new float[] {100, 100, 200}, TimeWarp.warped(new float[] {100, 200}, path.first()));
        assertArrayEquals(new float[] {7, 8, 9}, TimeWarp.warped(new float[] {7, 8, 9}, path.second()));
    }

    @Test
    void nothingHasNoPath() {
        assertThrows(IllegalArgumentException.class, () -> TimeWarp.of(new float[0][], column(1)));
        assertThrows(IllegalArgumentException.class, () -> TimeWarp.of(new float[1][2], column(1)));
    }

    // ---- cepstra ----------------------------------------------------------------------------------------------------

    /** Frames (3, 4) apart and 0 apart: a mean of 2.5, times 10 √2 / ln 10 = 6.14185. */
    @Test
    void distortionInDecibels() {
        float[][] expected = {{9, 0, 0}, {1, 50, 50}};
        float[][] actual = {{-9, 3, 4}, {7, 50, 50}};
        assertEquals(15.354629, MelCepstralDistortion.of(expected, actual), 1e-5);
        assertEquals(0, MelCepstralDistortion.of(expected, new float[][] {{0, 0, 0}, {0, 0, 0}, {0, 50, 50}}));
    }

    // ---- pitch ------------------------------------------------------------------------------------------------------

    @Test
    void pitchErrorCountsWhatIsVoicedInBoth() {
        // An octave up is 1200 cents and 100 Hz; equal is 0; the others are voiced in one or none.
        PitchError error = PitchError.of(new float[] {100, 250, 0, 300, 0}, new float[] {200, 250, 120, 0, 0});
        assertEquals(2, error.frames());
        assertEquals(1200 / Math.sqrt(2), error.cents(), 1e-9);
        assertEquals(100 / Math.sqrt(2), error.hertz(), 1e-9);
        assertEquals(100, PitchError.of(new float[] {440}, new float[] {466.16376f}).cents(), 1e-4);
        assertTrue(Double.isNaN(PitchError.of(new float[] {0, 100}, new float[] {100, 0}).cents()));
    }

    /** 3 frames voiced in both, 1 too many, 2 missed: precision 3/4, recall 3/5. */
    @Test
    void voicingIsTheHarmonicMeanOfPrecisionAndRecall() {
        float[] expected = {1, 1, 1, 1, 1, 0, 0};
        float[] actual = {9, 9, 9, 0, 0, 9, 0};
        assertEquals(2 * 0.75 * 0.6 / (0.75 + 0.6), VoicingF1.of(expected, actual), 1e-12);
        assertEquals(0, VoicingF1.of(new float[] {1, 0}, new float[] {0, 1}));
        assertEquals(1, VoicingF1.of(new float[2], new float[2]));
    }

    @Test
    void periodicityErrorIsARootMeanSquare() {
        assertEquals(Math.sqrt((0.25 + 0 + 1) / 3),
                PeriodicityError.of(new float[] {0.5f, 1, 0}, new float[] {0, 1, 1}), 1e-7);
    }

    @Test
    void tracksMustBeOfOneLength() {
        assertThrows(IllegalArgumentException.class, () -> PitchError.of(new float[2], new float[3]));
        assertThrows(IllegalArgumentException.class, () -> VoicingF1.of(new float[2], new float[3]));
        assertThrows(IllegalArgumentException.class, () -> PeriodicityError.of(new float[2], new float[3]));
    }
}
