package dev.sirocco.apps.imagine;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From pictures to a model, and from the model to a picture. */
class ImagineTrainingTest {

    @TempDir
    private Path folder;
    private Path data;

    @BeforeEach
    void draw() throws IOException {
        data = folder.resolve("data");
        for (int i = 0; i < 60; i++) {
            Path file = data.resolve("%s/%d.png".formatted(i % 2 == 0 ? "red" : "blue", i));
            Files.createDirectories(file.getParent());
            Picture.filled(8, 8, (255 - i) << (i % 2 == 0 ? 16 : 0)).write(file);
        }
    }

    private String train(Path out, String... more) {
        String[] first = {"imagine", "train", "--out", out.toString(), "--steps", "2", "--batch", "4"};
        String[] all = new String[first.length + more.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return wellBy(all);
    }

    @Test
    void classesInPixels() {
        Path out = folder.resolve("pixels");
        String said = train(out, "--data", data.toString(), "--classes", "--pixels", "--network", "dit",
                "--layers", "1", "--width", "32", "--way", "epsilon");
        assertTrue(said.contains("finished after 2 steps"), said);
        assertTrue(wellBy("imagine", "train", "--out", out.toString(), "--resume", "--steps", "3")
                .contains("finished after 3 steps"));
        Path made = folder.resolve("made.png");
        wellBy("imagine", "red", "--model", out.toString(), "--steps", "2", "-o", made.toString());
        assertEquals(8, Picture.read(made).width());
    }

    @ParameterizedTest
    @ValueSource(strings = {"flow", "clean", "v", "epsilon"})
    void everyWayLearnsColours(String way) {
        Path out = folder.resolve(way);
        wellBy("imagine", "train", "--out", out.toString(), "--steps", "400", "--batch", "16",
                "--data", data.toString(), "--classes", "--pixels", "--layers", "1", "--width", "32", "--way", way,
                "--ema", "0", "--lr", "0.02");
        Path made = folder.resolve("made.png");
        wellBy("imagine", "red", "--model", out.toString(), "-n", "8", "--sheet", made.toString(), "--seed", "1",
                "-o", out.toString());
        float[] sheet = Picture.read(made).floats();                        // red, green and blue, one behind the other
        int plane = sheet.length / 3;
        double red = mean(sheet, 0, plane);
        double blue = mean(sheet, 2 * plane, plane);
        assertTrue(red > blue + 0.5, way + ": red " + red + ", blue " + blue);
    }

    /** So little is learned in one step that what is exported in few bits is what the run began with. */
    @Test
    void aRunBeginsWithAnothersWeights() throws IOException {
        Path out = folder.resolve("first");
        String[] same = {"--ema", "0", "--data", data.toString(), "--classes", "--pixels", "--layers", "1", "--width",
            "32"};
        train(out, same);
        List<String> more = new ArrayList<>(List.of("--from", out.toString(), "--lr", "1e-9", "--seed", "2"));
        more.addAll(List.of(same));
        Path second = folder.resolve("second");
        train(second, more.toArray(String[]::new));
        Safetensors before = Safetensors.open(out.resolve("weights.safetensors"));
        Safetensors after = Safetensors.open(second.resolve("weights.safetensors"));
        for (String name : before.names()) {
            assertArrayEquals(before.get(name).floats(), after.get(name).floats(), 1e-6f, name);
        }

        more.addAll(List.of("imagine", "train", "--out", folder.resolve("third").toString(), "--steps", "1"));
        Collections.rotate(more, 6);
        more.set(more.size() - 1, "64");
        assertRefused(more.toArray(String[]::new), "config.json");
        assertRefused(new String[] {"imagine", "train", "--out", out.toString(), "--resume", "--from", out.toString(),
            "--steps", "3"}, "--from");
    }

    private static double mean(float[] numbers, int from, int count) {
        return IntStream.range(from, from + count).mapToDouble(i -> numbers[i]).average().orElseThrow();
    }

    @Test
    void captionsInLatents() {
        Path out = folder.resolve("latents");
        String said = train(out, "--data", data.toString(), "--latent", "2", "--layers", "1", "--width", "32",
                "--autoencoder-steps", "1");
        assertTrue(said.contains("autoencoder: PSNR"), said);
        assertTrue(Files.exists(out.resolve("autoencoder/weights.safetensors")));
        Path other = folder.resolve("other");
        train(other, "--data", data.toString(), "--latent", "2", "--layers", "1", "--width", "32",
                "--autoencoder", out.toString());
        Path made = folder.resolve("made.png");
        wellBy("imagine", "blue", "--model", other.toString(), "--steps", "2", "-o", made.toString());
        assertEquals(3, Picture.read(made).channels());
    }

    @Test
    void theAutoencoderAlone() {
        Path out = folder.resolve("alone");
        String[] start = {"imagine", "train", "--out", out.toString(), "--data", data.toString(), "--latent", "2",
            "--layers", "1", "--width", "32", "--batch", "4", "--autoencoder-steps", "1"};
        assertTrue(wellBy(start).contains("only the autoencoder"));
        assertFalse(Files.exists(out.resolve("config.json")));
        String said = wellBy("imagine", "train", "--out", out.toString(), "--resume", "--steps", "2");
        assertTrue(said.contains("finished after 2 steps"), said);
        assertFalse(said.contains("PSNR"), said);
    }

    @Test
    void badInputIsRefused() {
        String out = folder.resolve("out").toString();
        assertRefused(new String[] {"imagine", "train", "--out", out, "--steps", "1"}, "give --data");
        assertRefused(new String[] {"imagine", "train", "--out", out, "--steps", "1", "--data", data.toString()},
                "--autoencoder-minutes");
        assertRefused(new String[] {"imagine", "train", "--out", out, "--data", data.toString(), "--pixels"},
                "--minutes");
        assertRefused(new String[] {"imagine", "train", "--out", out, "--steps", "1", "--data", data.toString(),
            "--pixels", "--width", "33"}, "multiple of 32");
        assertRefused(new String[] {"imagine", "train", "--out", out, "--steps", "1", "--data", data.toString(),
            "--pixels", "--size", "7"}, "multiple of 4");
    }
}
