package dev.sirocco.audio.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.Sound;
import org.junit.jupiter.api.Test;

class RoomTest {

    private static final int RATE = 16_000;
    private static final double SILENT = -300;

    private static double power(float[] samples, double from, double to) {
        double sum = 0;
        for (int i = (int) (from * RATE); i < (int) (to * RATE); i++) {
            sum += samples[i] * samples[i];
        }
        return sum;
    }

    private static double decibels(double power) {
        return 10 * Math.log10(power);
    }

    /** Of a click the echo is as strong as is asked for, and 60 dB weaker after the decay. */
    @Test
    void anEchoDiesAway() {
        float[] click = new float[RATE];
        click[0] = 1;
        float[] heard = new Room(0.5, -10, SILENT, 0, 1).heard(new Sound(click, RATE)).samples();
        assertEquals(click.length, heard.length);
        assertEquals(1, heard[0], 1e-6);
        assertEquals(-10, decibels(power(heard, 0.001, 1)), 1);
        assertEquals(60 * 0.3 / 0.5, decibels(power(heard, 0.05, 0.15) / power(heard, 0.35, 0.45)), 1.5);
        assertEquals(0, power(heard, 0.0001, 0.005), 1e-20, "nothing comes back at once");
    }

    @Test
    void noiseIsAsLoudAndAsDarkAsAskedFor() {
        float[] click = new float[4 * RATE];
        click[0] = 0.5f;
        for (double pole : new double[] {0, 0.9}) {
            float[] heard = new Room(0.1, SILENT, -20, pole, 1).heard(new Sound(click, RATE)).samples();
            double loudness = decibels(power(heard, 1, 4) / (3 * RATE)) - 20 * Math.log10(heard[0]);
            assertEquals(-20, loudness, 1.5);
            double together = 0;
            for (int i = RATE; i < 4 * RATE; i++) {
                together += heard[i] * heard[i - 1];
            }
            assertEquals(pole, together / power(heard, 1, 4), 0.02);
        }
    }

    @Test
    void roomsDifferAndStay() {
        assertEquals(Room.random(3), Room.random(3));
        assertTrue(!Room.random(3).equals(Room.random(4)));
        Sound sound = new Sound(new float[] {0.1f, -0.3f, 0.2f}, RATE);
        assertArrayEquals(Room.random(3).heard(sound).samples(), Room.random(3).heard(sound).samples());
        assertArrayEquals(new float[3], Room.random(3).heard(new Sound(new float[3], RATE)).samples());
    }
}
