package dev.sirocco.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoundTest {

    /** Of its two filter banks, in samples (ITU-T G.722, 3.1). */
    private static final int G722_DELAY = 22;

    @TempDir
    private Path folder;

    private Sound roundTrip(Sound sound, String name) {
        Path file = folder.resolve(name);
        sound.write(file);
        return Sound.read(file);
    }

    /** The one line that a bad file brings. */
    private static String complaint(Path file) {
        String message = assertThrows(UserError.class, () -> Sound.read(file)).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    // ---- round trips ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"wav,8000", "wav,16000", "wav,44100", "flac,8000", "flac,22050", "flac,48000"})
    void losslessFormatsKeepSixteenBits(String suffix, int rate) {
        for (int length : new int[] {1, 7, 17, 4098, 70_001}) {
            Sound noise = Signals.noise(0.9, rate, length);
            Sound copy = roundTrip(noise, "a." + suffix);
            assertEquals(rate, copy.rate());
            assertArrayEquals(noise.samples(), copy.samples(), 0.51f / 32768);
        }
    }

    @ParameterizedTest
    @CsvSource({"mp3,16000,20", "mp3,22050,20", "mp3,44100,20", "mp3,48000,20", "g722,16000,20", "ogg,48000,15"})
    void lossyFormatsKeepAChirp(String suffix, int rate, double leastSignalToNoise) {
        Sound chirp = Signals.chirp(200, 2500, rate, rate + 4321);
        Sound copy = roundTrip(chirp, "a." + suffix);
        assertEquals(rate, copy.rate());
        assertEquals(chirp.samples().length, copy.samples().length, 32);
        int delay = suffix.equals("g722") ? G722_DELAY : 0;
        double ratio = Signals.signalToNoise(chirp.samples(),
                Arrays.copyOfRange(copy.samples(), delay, copy.samples().length), 0);
        assertTrue(ratio > leastSignalToNoise, suffix + " at " + rate + " Hz: " + ratio + " dB");
    }

    @ParameterizedTest
    @CsvSource({"mp3,16000", "mp3,48000", "g722,16000", "ogg,48000"})
    void shortSoundsComeThrough(String suffix, int rate) {
        for (int length : new int[] {1, 7, 1000, 4098}) {
            assertEquals(length, roundTrip(Signals.noise(0.1, rate, length), "a." + suffix).samples().length, 64);
        }
    }

    @ParameterizedTest
    @CsvSource({"mp3,16001,22050", "mp3,96000,48000", "ogg,16000,48000", "g722,44100,16000"})
    void aRateThatTheFormatHasNotIsChanged(String suffix, int rate, int written) {
        Sound copy = roundTrip(Signals.chirp(300, 1000, rate, rate), "a." + suffix);
        assertEquals(written, copy.rate());
        assertEquals(1, copy.seconds(), 0.001);
    }

    @Test
    void whatIsTooLoudIsClipped() {
        assertArrayEquals(new float[] {1, -1, 0.5f}, roundTrip(new Sound(new float[] {1.7f, -40, 0.5f}, 8000), "a.wav")
                .samples(), 1f / 32768);
    }

    @Test
    void theSuffixMayBeOfCapitals() {
        assertEquals(17, roundTrip(Signals.noise(0.1, 8000, 17), "A.WAV").samples().length);
    }

    @Test
    void anOldFileIsReplacedAndNothingElseIsLeft() throws IOException {
        roundTrip(Signals.noise(0.1, 8000, 17), "a.wav");
        assertEquals(13, roundTrip(Signals.noise(0.1, 8000, 13), "a.wav").samples().length);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    // ---- channels ---------------------------------------------------------------------------------------------------

    /** A WAV file as RIFF has it. */
    private static byte[] wav(int format, int channels, int bits, int declaredBytes, byte[] data) {
        int frame = channels * bits / 8;
        return ByteBuffer.allocate(44 + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + declaredBytes)
                .put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16)
                .putShort((short) format).putShort((short) channels).putInt(8000).putInt(8000 * frame)
                .putShort((short) frame).putShort((short) bits)
                .put("data".getBytes(StandardCharsets.US_ASCII)).putInt(declaredBytes).put(data).array();
    }

    @Test
    void channelsAreAveraged() throws IOException {
        short[] stereo = {16384, 16384, 32767, -32767, 8192, 0, 0, -16384};
        ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        data.asShortBuffer().put(stereo);
        Path file = Files.write(folder.resolve("stereo.wav"), wav(1, 2, 16, 16, data.array()));
        assertArrayEquals(new float[] {0.5f, 0, 0.125f, -0.25f}, Sound.read(file).samples(), 1e-6f);
    }

    // ---- bad input --------------------------------------------------------------------------------------------------

    @Test
    void whatIsNoSoundIsSaidInOneLine() throws IOException {
        assertTrue(complaint(folder.resolve("none.wav")).contains("no such file"));
        assertTrue(complaint(folder).contains("folder"));
        assertTrue(complaint(Files.createFile(folder.resolve("empty.wav"))).contains("empty"));
        assertTrue(complaint(Files.createFile(folder.resolve("empty.g722"))).contains("empty"));
        assertTrue(complaint(Files.writeString(folder.resolve("text.wav"), "Hello, world.\n".repeat(500)))
                .contains("no sound"));
        byte[] random = new byte[20_000];
        new Random(3).nextBytes(random);
        for (String name : new String[] {"random.flac", "random.wav", "random.mp3", "random.ogg"}) {
            complaint(Files.write(folder.resolve(name), random));
            complaint(Files.writeString(folder.resolve(name),
                    "To be, or not to be: that is the question.\n".repeat(99)));
        }
        complaint(Files.write(folder.resolve("head.wav"), wav(1, 1, 16, 0, new byte[0])));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wav", "flac", "mp3", "ogg"})
    void whatIsCutShortIsRefused(String suffix) throws IOException {
        Path whole = folder.resolve("whole." + suffix);
        Signals.chirp(200, 3000, 16_000, 48_000).write(whole);
        byte[] content = Files.readAllBytes(whole);
        for (double part : new double[] {0.1, 0.5, 0.8}) {
            Path cut = Files.write(folder.resolve("cut." + suffix),
                    Arrays.copyOf(content, (int) (part * content.length)));
            complaint(cut);
        }
        // Less than what an MP3's or Ogg's first frames need, and half a WAV's head.
        complaint(Files.write(folder.resolve("cut." + suffix), Arrays.copyOf(content, 20)));
    }

    @Test
    void anAbsurdLengthIsRefusedBeforeItCostsMemory() throws IOException {
        Path file = folder.resolve("long.flac");
        Signals.noise(0.1, 8000, 4000).write(file);
        byte[] content = Files.readAllBytes(file);
        // The last 32 of the 36 bits that hold the number of samples.
        Arrays.fill(content, 22, 26, (byte) 0xFF);
        assertTrue(complaint(Files.write(file, content)).contains("longer"));
    }

    @Test
    void samplesThatAreNoNumbersAreRefused() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(4000).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(400, Float.NaN);
        assertTrue(complaint(Files.write(folder.resolve("nan.wav"), wav(3, 1, 32, 4000, data.array())))
                .contains("no numbers"));
    }

    @Test
    void whatCannotBeWrittenIsSaidInOneLine() throws IOException {
        Sound sound = Signals.noise(0.1, 8000, 100);
        Path inFile = Files.createFile(folder.resolve("file")).resolve("a.wav");
        for (Path bad : new Path[] {folder.resolve("none").resolve("a.wav"), inFile, folder.resolve("a.aiff"),
                folder.resolve("a")}) {
            String message = assertThrows(UserError.class, () -> sound.write(bad)).getMessage();
            assertEquals(1, message.lines().count(), message);
            assertFalse(Files.exists(bad));
        }
    }

    @Test
    void thereIsNoEmptySound() {
        assertThrows(IllegalArgumentException.class, () -> new Sound(new float[0], 8000));
        assertThrows(IllegalArgumentException.class, () -> new Sound(new float[1], 0));
    }

    // ---- resampling -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"16000,48000", "16000,22050", "44100,16000", "48000,16000", "22050,24000", "8000,7999"})
    void aSineStaysWhatItIs(int rate, int newRate) {
        Sound expected = Signals.sine(1000, 0.7, newRate, newRate);
        Sound actual = Signals.sine(1000, 0.7, rate, rate).resampled(newRate);
        assertEquals(newRate, actual.rate());
        assertEquals(newRate, actual.samples().length);
        assertEquals(0.7, Signals.amplitude(actual, 1000), 1e-4);
        // Sample by sample: there is no delay. At the edges the sine is cut off.
        double ratio = Signals.signalToNoise(expected.samples(), actual.samples(), newRate / 20);
        assertTrue(ratio > 80, ratio + " dB");
    }

    @ParameterizedTest
    @ValueSource(doubles = {8020, 8300, 9000, 12_000, 15_000, 21_000})
    void whatIsAboveHalfTheNewRateIsGone(double frequency) {
        Sound low = Signals.sine(frequency, 0.9, 48_000, 48_000).resampled(16_000);
        double energy = 0;
        for (int i = 800; i < 15_200; i++) {
            energy += low.samples()[i] * (double) low.samples()[i] / 14_400;
        }
        assertTrue(10 * Math.log10(energy / (0.9 * 0.9 / 2)) < -80, 10 * Math.log10(energy) + " dB");
    }

    @ParameterizedTest
    @ValueSource(doubles = {30, 4000, 7360})
    void whatIsBelowHalfTheNewRateStays(double frequency) {
        assertEquals(0.9, Signals.amplitude(Signals.sine(frequency, 0.9, 48_000, 48_000).resampled(16_000), frequency),
                1e-3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 13, 64, 4098, 131_072, 131_073})
    void theLengthIsThatOfTheRates(int length) {
        Sound noise = Signals.noise(0.5, 16_000, length);
        assertEquals(3 * length, noise.resampled(48_000).samples().length);
        assertEquals((length + 1) / 2, noise.resampled(8000).samples().length);
        assertSame(noise, noise.resampled(16_000));
    }

    // ---- loudspeaker ------------------------------------------------------------------------------------------------

    /** A machine for tests mostly has no device; where it has one, this is silence. */
    @Test
    void playingWorksOrSaysWhyNot() {
        try {
            new Sound(new float[800], 16_000).play();
        } catch (UserError e) {
            assertTrue(e.getMessage().contains("16000 Hz"), e.getMessage());
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        }
    }
}
