package dev.sirocco.audio.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PausesTest {

    /** Alternately silent and loud, beginning with silence. */
    private static float[][] frames(int... lengths) {
        float[][] frames = new float[Arrays.stream(lengths).sum()][3];
        int f = 0;
        for (int i = 0; i < lengths.length; i++) {
            for (int end = f + lengths[i]; f < end; f++) {
                Arrays.fill(frames[f], i % 2 == 0 ? -9 + f % 3 * 0.1f : -2 + f % 5 * 0.3f);
            }
        }
        return frames;
    }

    @Test
    void cutsLieInTheMiddleOfPauses() {
        float[][] frames = frames(20, 100, 30, 60, 20, 140, 20);
        assertArrayEquals(new int[] {135, 220}, Pauses.between(frames, new int[] {10, 6, 14}).orElseThrow());
    }

    @Test
    void pausesWithinSentencesAreLeftOut() {
        float[][] frames = frames(5, 50, 12, 50, 30, 60, 20, 70, 14, 70, 5);     // a comma in the first and in the last
        assertArrayEquals(new int[] {132, 217}, Pauses.between(frames, new int[] {11, 6, 15}).orElseThrow());
        assertArrayEquals(new int[0], Pauses.between(frames, new int[] {7}).orElseThrow());
    }

    @Test
    void tooFewPauses() {
        float[][] frames = frames(20, 100, 5, 100, 20);                           // too short a pause
        assertTrue(Pauses.between(frames, new int[] {1, 1}).isEmpty());
    }
}
