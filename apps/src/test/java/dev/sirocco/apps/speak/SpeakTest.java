package dev.sirocco.apps.speak;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.zoo.Acoustic;
import dev.sirocco.models.zoo.HarmonicVocos;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.text.pronunciation.SpeechSymbols;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that have learned nothing, but speak. */
class SpeakTest {

    @TempDir
    private static Path models;
    @TempDir
    private Path folder;

    @BeforeAll
    static void makeModels() throws IOException {
        MelSpectrogram mel = MelSpectrogram.speech16k();
        Acoustic.Config config = new Acoustic.Config(SpeechSymbols.COUNT, 40, 2, mel.nMels(), 16, 1, 2, 16, 2);
        Path acoustic = Files.createDirectories(models.resolve("acoustic"));
        new AcousticModel.Settings(config, mel, -5, 2, "ann,bob").write(acoustic);
        write(new Acoustic(config, Scope.root(1)).parameters().all(), acoustic);
        Path vocoder = Files.createDirectories(models.resolve("vocoder"));
        Vocoder.Settings settings = Vocoder.Settings.of(mel, 16, 1);
        settings.write(vocoder);
        write(new HarmonicVocos(settings.network(), Scope.root(2)).parameters().all(), vocoder);
    }

    /** Fresh gates are closed; small numbers open them. */
    private static void write(List<State> weights, Path model) {
        SplittableRandom random = new SplittableRandom(1);
        for (State p : weights) {
            Storage values = p.storage();
            for (long i = 0; i < values.numel(); i++) {
                values.set(i, values.get(i) + (float) (0.2 * (random.nextDouble() - 0.3)));
            }
        }
        Checkpoint.write(model.resolve("best.safetensors"), weights, List.of(), Map.of());
        ModelFolder.export(model);
    }

    private static String[] speak(String... more) {
        String[] first = {"speak", "--acoustic", models.resolve("acoustic").toString(),
            "--vocoder", models.resolve("vocoder").toString(), "--g2p", models.resolve("none").toString()};
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    private Sound spoken(String... more) {
        Path file = folder.resolve("out.wav");
        String[] out = Arrays.copyOf(more, more.length + 2);
        out[more.length] = "-o";
        out[more.length + 1] = file.toString();
        wellBy(speak(out));
        return Sound.read(file);
    }

    @Test
    void aSeedDecidesAndEveryOptionCounts() throws IOException {
        Sound sound = spoken("Hello, world. How are you?");
        assertEquals(16_000, sound.rate());
        assertArrayEquals(sound.samples(), spoken("Hello, world. How are you?").samples());
        Path text = Files.writeString(folder.resolve("text.txt"), "Hello, world. How are you?\n");
        assertArrayEquals(sound.samples(), spoken("--file", text.toString()).samples());
        for (List<String> option : List.of(List.of("--seed", "2"), List.of("--voice", "bob"), List.of("--steps", "2"),
                List.of("--pitch", "2"), List.of("--speed", "0.5"))) {
            Sound other = spoken("Hello, world. How are you?", option.get(0), option.get(1));
            assertFalse(Arrays.equals(sound.samples(), other.samples()), option.toString());
        }
    }

    @Test
    void longSentencesAreDivided() {
        int[] symbols = IntStream.range(0, 100).map(i -> i % 10 == 9 ? SpeechSymbols.BOUNDARY
                : i == 35 ? SpeechSymbols.SHORT_PAUSE : 10 + i % 5).toArray();
        List<int[]> pieces = Script.pieces(symbols, 40);
        assertEquals(37, pieces.getFirst().length);                              // up to the pause, and one in front
        pieces.forEach(piece -> assertTrue(piece.length <= 40));
        assertArrayEquals(symbols, pieces.stream().flatMapToInt(piece -> Arrays.stream(piece).skip(1)).toArray());
        assertTrue(spoken("one two three four five six seven eight nine ten eleven twelve thirteen fourteen").seconds()
                > 0.5);
    }

    @Test
    void aSpectrogramIsDrawn() {
        Path picture = folder.resolve("mel.png");
        spoken("Hello.", "--mel", picture.toString());
        assertEquals(262, Picture.read(picture).height());
    }

    @Test
    void aRecordingOfAnyRateIsRevoiced() {
        float[] tone = new float[22_050];
        for (int i = 0; i < tone.length; i++) {
            tone[i] = (float) (0.3 * Math.sin(2 * Math.PI * 150 * i / 22_050));
        }
        Path in = folder.resolve("tone.flac");
        new Sound(tone, 22_050).write(in);
        Path out = folder.resolve("again.wav");
        String said = wellBy("speak", "revoice", in.toString(), out.toString(),
                "--vocoder", models.resolve("vocoder").toString());
        assertTrue(said.contains("periodicity error"), said);
        assertEquals(16_000, Sound.read(out).samples().length);
        assertRefused(new String[] {"speak", "revoice", folder.resolve("none.wav").toString(), out.toString()},
                "none.wav");
        assertRefused(new String[] {"speak", "revoice", in.toString(), folder.resolve("a.txt").toString()}, ".wav");
    }

    @Test
    void badInputIsRefusedAndNothingIsWritten() {
        Path out = folder.resolve("refused.wav");
        assertRefused(speak("", "-o", out.toString()), "empty");
        assertRefused(speak("天气", "-o", out.toString()), "left out");
        assertRefused(speak("Hello", "-o", folder.resolve("none/a.wav").toString()), "folder");
        assertRefused(speak("Hello", "-o", folder.resolve("a.doc").toString()), ".wav");
        assertRefused(speak("Hello", "-o", out.toString(), "--voice", "eve"), "ann, bob");
        assertRefused(speak("Hello", "-o", out.toString(), "--speed", "0"), "--speed");
        assertRefused(speak("Hello", "-o", out.toString(), "--steps", "0"), "--steps");
        assertRefused(new String[] {"speak", "eval", "--mel", "a.jpg"}, ".png");
        assertRefused(new String[] {"speak", "eval", "--mel", "a.png", "--without-model"}, "--without-model");
        assertRefused(speak("--file", folder.resolve("none.txt").toString(), "-o", out.toString()), "none.txt");
        assertFalse(Files.exists(out));
    }
}
