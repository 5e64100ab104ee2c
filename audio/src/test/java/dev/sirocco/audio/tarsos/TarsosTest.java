package dev.sirocco.audio.tarsos;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.PitchTrack;
import dev.sirocco.audio.Signals;
import dev.sirocco.audio.Sound;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarsosTest {

    /** The middle half of a track: at the edges, frames are half empty. */
    private static float[] middle(float[] track) {
        return Arrays.copyOfRange(track, track.length / 4, 3 * track.length / 4);
    }

    // ---- pitch ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"70,16000", "110,16000", "220.5,22050", "440,16000", "330,44100"})
    void aSineHasItsPitch(double frequency, int rate) {
        PitchTrack track = PitchTracker.SPEECH.track(Signals.sine(frequency, 0.3, rate, rate));
        assertEquals(101, track.f0().length);
        for (float f0 : middle(track.f0())) {
            assertEquals(frequency, f0, 0.005 * frequency);
        }
        for (float periodicity : middle(track.periodicity())) {
            assertTrue(periodicity > 0.95, "periodicity " + periodicity);
        }
    }

    @Test
    void noiseAndSilenceAreUnvoiced() {
        PitchTrack noise = PitchTracker.SPEECH.track(Signals.noise(0.5, 16_000, 16_000));
        assertArrayEquals(new float[noise.f0().length], noise.f0());
        for (float periodicity : noise.periodicity()) {
            assertTrue(periodicity < 0.5, "periodicity " + periodicity);
        }
        PitchTrack silence = PitchTracker.SPEECH.track(new Sound(new float[1234], 16_000));
        assertArrayEquals(new float[8], silence.f0());
        assertArrayEquals(new float[8], silence.periodicity());
    }

    /** Ten harmonics of 150 Hz and white noise, of the power 1 together. */
    @ParameterizedTest
    @ValueSource(doubles = {0.4, 0.6, 0.8, 0.95})
    void periodicityIsTheShareOfThePowerThatIsPeriodic(double share) {
        float[] samples = Signals.noise(Math.sqrt(3 * (1 - share)), 16_000, 32_000).samples();
        for (int harmonic = 1; harmonic <= 10; harmonic++) {
            float[] sine = Signals.sine(150 * harmonic, Math.sqrt(share / 5), 16_000, 32_000).samples();
            for (int i = 0; i < samples.length; i++) {
                samples[i] += sine[i];
            }
        }
        float[] periodicity = middle(PitchTracker.SPEECH.track(new Sound(samples, 16_000)).periodicity());
        double sum = 0;
        for (float frame : periodicity) {
            assertEquals(share, frame, 0.2);
            sum += frame;
        }
        assertEquals(share, sum / periodicity.length, 0.06);
    }

    @Test
    void aChirpIsFollowed() {
        PitchTrack track = PitchTracker.SPEECH.track(Signals.chirp(100, 300, 16_000, 32_000));
        for (int t = 20; t < 180; t++) {
            assertEquals(100 + t, track.f0()[t], 0.02 * (100 + t));
        }
    }

    // ---- silence ----------------------------------------------------------------------------------------------------

    /** Half a second each of silence, a tone, silence. */
    private static Sound toneInSilence(double amplitude) {
        float[] samples = new float[24_000];
        System.arraycopy(Signals.sine(300, amplitude, 16_000, 8000).samples(), 0, samples, 8000, 8000);
        return new Sound(samples, 16_000);
    }

    @Test
    void silenceIsWhereTheToneIsNot() {
        boolean[] isSilent = Silence.SPEECH.windows(toneInSilence(0.1));
        assertEquals(150, isSilent.length);
        for (int w = 0; w < isSilent.length; w++) {
            assertEquals(w < 50 || w >= 100, isSilent[w], "window " + w);
        }
    }

    /** A sine of amplitude a has a root mean square of a / √2: -3 dB. */
    @ParameterizedTest
    @ValueSource(ints = {8000, 16_000, 48_000})
    void theThresholdIsInDecibelsOfFullScale(int rate) {
        Sound tone = Signals.sine(1000, 0.1, rate, rate);
        assertTrue(new Silence(-22.5, 0.01).windows(tone)[5]);
        assertTrue(!new Silence(-23.5, 0.01).windows(tone)[5]);
    }

    @Test
    void silenceIsTrimmed() {
        Sound trimmed = Silence.SPEECH.trimmed(toneInSilence(0.1), 0.05);
        assertEquals(8000 + 1600, trimmed.samples().length);
        assertEquals(0, trimmed.samples()[799]);
        Sound silent = new Sound(new float[777], 8000);
        assertSame(silent, Silence.SPEECH.trimmed(silent, 0));
        assertEquals(64, Silence.SPEECH.trimmed(Signals.noise(0.5, 8000, 64), 1).samples().length);
    }

    // ---- onsets -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {16_000, 44_100})
    void tonesBeginWhereTheyBegin(int rate) {
        double[] begins = {0.5, 1.1, 1.9};
        float[] samples = new float[3 * rate];
        for (double begin : begins) {
            int from = (int) (begin * rate);
            for (int i = 0; i < rate / 5; i++) {
                samples[from + i] += (float) (0.5 * Math.exp(-i / (0.05 * rate))
                        * Math.sin(2 * Math.PI * 700 * i / rate));
            }
        }
        double[] found = Onsets.DEFAULT.in(new Sound(samples, rate));
        assertEquals(begins.length, found.length, Arrays.toString(found));
        for (int i = 0; i < begins.length; i++) {
            assertEquals(begins[i], found[i], 0.03, Arrays.toString(found));
        }
    }

    @Test
    void silenceHasNoOnset() {
        assertEquals(0, Onsets.DEFAULT.in(new Sound(new float[16_001], 16_000)).length);
    }

    // ---- time-stretching --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.8, 1.1, 1.5, 2})
    void speedChangesAndPitchStays(double speed) {
        Sound tone = Signals.sine(220, 0.5, 16_000, 32_000);
        Sound stretched = TimeStretch.stretched(tone, speed);
        assertEquals(32_000 / speed, stretched.samples().length, 0.002 * 32_000 / speed);
        for (float f0 : middle(PitchTracker.SPEECH.track(stretched).f0())) {
            assertEquals(220, f0, 2);
        }
        assertEquals(0.5, Signals.amplitude(stretched, 220), 0.05);
    }

    /** Where the pitch is 200 Hz in a chirp, there it is after stretching, too. */
    @ParameterizedTest
    @ValueSource(doubles = {0.7, 1.3})
    void whatHappensInTheMiddleStaysInTheMiddle(double speed) {
        Sound stretched = TimeStretch.stretched(Signals.chirp(100, 300, 16_000, 48_000), speed);
        PitchTrack track = PitchTracker.SPEECH.track(stretched);
        assertEquals(200, track.f0()[track.f0().length / 2], 5);
        assertEquals(150, track.f0()[track.f0().length / 4], 5);
    }

    @Test
    void theBeginningIsNotLost() {
        float[] click = new float[8000];
        click[3] = 1;
        float[] stretched = TimeStretch.stretched(new Sound(click, 16_000), 1.5).samples();
        assertEquals(1, stretched[3], 1e-6);
    }

    @Test
    void nothingIsPrinted() {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed));
        try {
            TimeStretch.stretched(Signals.noise(0.1, 16_000, 17), 2);
            Onsets.DEFAULT.in(Signals.noise(0.1, 16_000, 17));
        } finally {
            System.setOut(out);
        }
        assertEquals(0, printed.size());
    }

    @Test
    void speedHasLimits() {
        Sound noise = Signals.noise(0.1, 16_000, 100);
        assertSame(noise, TimeStretch.stretched(noise, 1));
        assertThrows(IllegalArgumentException.class, () -> TimeStretch.stretched(noise, 0));
        assertThrows(IllegalArgumentException.class, () -> TimeStretch.stretched(noise, Double.NaN));
    }
}
