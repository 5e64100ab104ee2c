package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HarmonicVocosTest {

    private static final int HOP = 64;
    private static final int RATE = 8000;
    private static final HarmonicVocos.Config CONFIG =
            new HarmonicVocos.Config(5, 12, 20, 2, 256, HOP, RATE, 60, 500, 111);

    private static HarmonicVocos network() {
        return new HarmonicVocos(CONFIG, Scope.root(1));
    }

    /** The head says the same of all frames: this gain of the harmonics and of the noise, and a turn of nothing. */
    private static HarmonicVocos constant(double voiced, double unvoiced) {
        HarmonicVocos network = network();
        State weight = network.parameters().get("head.out.weight");
        weight.storage().set(new float[(int) weight.shape().numel()]);
        State bias = network.parameters().get("head.out.bias");
        float[] gains = new float[(int) bias.shape().numel()];
        int bins = gains.length / 3;
        Arrays.fill(gains, 0, bins, (float) Math.log(voiced) + 4);
        Arrays.fill(gains, bins, 2 * bins, (float) Math.log(unvoiced) + 4);
        bias.storage().set(gains);
        return network;
    }

    private static float[] sound(HarmonicVocos network, float[] pulses, float[] noise) {
        int frames = pulses.length / HOP;
        Graph g = new Graph();
        g.output("sound", network.sound(g.fill(0, Shape.of(1, frames, CONFIG.width())),
                g.input("pulses", DType.F32, 1, pulses.length), g.input("noise", DType.F32, 1, noise.length)));
        try (Program p = g.compile(Executors.best())) {
            p.input("pulses").set(pulses);
            p.input("noise").set(noise);
            p.run();
            return p.output("sound").floats();
        }
    }

    /** Where the gains are even and nothing is turned, the filter does nothing. */
    @Test
    void evenGainsKeepTheSource() {
        float[] f0 = new float[40];
        Arrays.fill(f0, 130);
        float[] pulses = HarmonicSource.pulses(f0, HOP, RATE, 0.3);
        float[] noise = new float[pulses.length];
        Random random = new Random(1);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian();
        }
        float[] expected = new float[pulses.length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 0.5f * pulses[i] + 0.1f * noise[i];
        }
        assertArrayEquals(expected, sound(constant(0.5, 0.1), pulses, noise), 2e-5f);
    }

    @Test
    void pulsesHaveThePowerOneAndThePitchsPeriod() {
        float[] f0 = new float[100];
        Arrays.fill(f0, 125);                                                    // a period of 64 samples
        float[] pulses = HarmonicSource.pulses(f0, HOP, RATE, 0);
        double power = 0;
        for (float x : pulses) {
            power += x * x;
        }
        assertEquals(1 + 1.0 / 32, power / pulses.length, 1e-3);          // the one at half the rate counts twice
        for (int i = 0; i + 64 < pulses.length; i++) {
            assertEquals(pulses[i], pulses[i + 64], 1e-3);
        }
        assertTrue(pulses[64] > 5 * Math.abs(pulses[64 + 20]));
    }

    @Test
    void pulsesAreSilentWhereThereIsNoPitch() {
        float[] pulses = HarmonicSource.pulses(new float[] {0, 0, 200, 220, 0}, 100, RATE, 0);
        assertArrayEquals(new float[200], Arrays.copyOf(pulses, 200));
        assertTrue(pulses[200] != 0 && pulses[399] != 0);
        assertArrayEquals(new float[100], Arrays.copyOfRange(pulses, 400, 500));
        for (float x : HarmonicSource.pulses(new float[] {100, 400, 150, 333}, 100, RATE, 0)) {
            assertTrue(Math.abs(x) < 20);
        }
    }

    @Test
    void aPitchIsItsClass() {
        assertEquals(0, CONFIG.pitchClass(0));
        assertEquals(1, CONFIG.pitchClass(60));
        assertEquals(1, CONFIG.pitchClass(20));
        assertEquals(111, CONFIG.pitchClass(500));
        for (float f0 : new float[] {77, 120, 240, 480}) {
            assertEquals(0, 1200 * Math.log(CONFIG.pitch(CONFIG.pitchClass(f0)) / f0) / Math.log(2), 20);   // cents
        }
    }

    /** Pieces must not show in a sound: neither in what the frames say nor in the phase of the pulses. */
    @Test
    void soundOfAnyLengthIsMadeInPieces() {
        HarmonicVocos network = network();
        Random random = new Random(1);
        float[][] mel = new float[1300][5];
        for (float[] frame : mel) {
            for (int m = 0; m < 5; m++) {
                frame[m] = (float) random.nextGaussian();
            }
        }
        try (HarmonicSynthesis synthesis = new HarmonicSynthesis(network, Executors.best())) {
            float[] whole = synthesis.sound(mel);
            assertEquals(1300 * HOP, whole.length);
            for (int frames : new int[] {1, 63, 65, 512, 1000}) {
                float[] part = synthesis.sound(Arrays.copyOf(mel, frames));
                assertEquals(frames * HOP, part.length);
                int same = Math.max(0, frames - 14) * HOP;                       // the end is seen by the frames before
                assertArrayEquals(Arrays.copyOf(whole, same), Arrays.copyOf(part, same), 1e-4f);
            }
        }
    }
}
