package dev.sirocco.apps.look;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookTest {

    private static final int PICTURES = 60;

    @TempDir
    private static Path folder;
    private static Path classifier;
    private static Path matcher;

    /** Pictures of two colours, in folders for classes and with captions as their names. */
    @BeforeAll
    static void train() throws IOException {
        classifier = folder.resolve("classifier");
        matcher = folder.resolve("matcher");
        for (int i = 0; i < PICTURES; i++) {
            draw(folder.resolve("classes/red/%d.png".formatted(i)), i, 16);
            draw(folder.resolve("classes/blue/%d.png".formatted(i)), i, 0);
            draw(folder.resolve("captions/red_%s%d.png".formatted(name(i), i)), i, 16);
            draw(folder.resolve("captions/blue_%s%d.png".formatted(name(i), i)), i, 0);
        }
        String said = wellBy("look", "train", "--data", folder.resolve("classes").toString(), "--classes", "--out",
                classifier.toString(), "--steps", "60", "--batch", "16", "--patch", "4");
        assertTrue(said.contains("in 2 classes") && said.contains("accuracy 100.00 %"), said);
        said = wellBy("look", "train", "--data", folder.resolve("captions").toString(), "--out", matcher.toString(),
                "--steps", "60", "--batch", "16", "--patch", "4");
        assertTrue(said.contains("pictures with captions of "), said);
    }

    /** So that captions of both colours are held out and trained on. */
    private static String name(int i) {
        return "abcdefghijklmnopqrstuvwxyz".substring(i % 26, i % 26 + 1).repeat(2);
    }

    private static void draw(Path file, int i, int shift) throws IOException {
        Files.createDirectories(file.getParent());
        Picture.filled(8, 8, (255 - i) << shift).write(file);
    }

    @Test
    void classesAreTold() {
        Path red = folder.resolve("classes/red/7.png");
        Path blue = folder.resolve("classes/blue/7.png");
        List<String> said = wellBy("look", red.toString(), blue.toString(), "--model", classifier.toString()).lines()
                .toList();
        assertEquals(List.of(red.toString(), blue.toString()), List.of(said.get(0), said.get(2)));
        assertTrue(said.get(1).strip().startsWith("red "), said.get(1));
        assertTrue(said.get(3).strip().startsWith("blue "), said.get(3));
    }

    /** The same network in the form of Hugging Face's libraries gives the same answers. */
    @Test
    void aPublishedOneIsRead() throws IOException {
        Path published = Files.createDirectories(folder.resolve("published"));
        Files.copy(classifier.resolve("weights.safetensors"), published.resolve("model.safetensors"));
        Path config = published.resolve("config.json");
        String settings = """
                {"model_type": "vit", "image_size": 8, "patch_size": 4, "num_channels": 3, "num_hidden_layers": 6,
                 "num_attention_heads": 4, "hidden_size": 128, "intermediate_size": 256, "hidden_act": "gelu",
                 "id2label": {"0": "blue", "1": "red"}}""";
        Files.writeString(config, settings);
        Path preprocessing = published.resolve("preprocessor_config.json");
        Files.writeString(preprocessing, "{\"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5]}");
        String picture = folder.resolve("classes/red/7.png").toString();
        assertEquals(wellBy("look", picture, "--model", classifier.toString()),
                wellBy("look", picture, "--model", published.toString()));

        Files.writeString(config, settings.replace("\"1\"", "\"2\""));
        assertRefused(new String[] {"look", picture, "--model", published.toString()}, "id2label");
        Files.writeString(config, settings.replace("\"gelu\"", "\"relu\""));
        assertRefused(new String[] {"look", picture, "--model", published.toString()}, "relu");
        Files.writeString(config, settings.replace("_heads\": 4", "_heads\": 5"));
        assertRefused(new String[] {"look", picture, "--model", published.toString()}, "heads");
        Files.writeString(config, settings);
        Files.writeString(preprocessing, "{\"image_mean\": [0.485, 0.456, 0.406]}");
        assertRefused(new String[] {"look", picture, "--model", published.toString()}, "image_mean");
    }

    @Test
    void captionsAreChosen() {
        String said = wellBy("look", folder.resolve("classes/blue/7.png").toString(), "--model", matcher.toString(),
                "--caption", "red", "--caption", "blue", "--top", "1");
        assertTrue(said.contains("\"blue\""), said);
    }

    @Test
    void evaluationNeedsCaptionsToChooseFrom() {
        assertRefused(new String[] {"look", "eval", "--model", matcher.toString(), "--data",
            folder.resolve("captions").toString()}, "different captions were held out");
    }

    /**
     * Each caption's vector is an axis; the picture's own is the first of them for even ones, the last for odd ones.
     */
    @Test
    void rankingCountsWhatFitsBetter() {
        int n = 20;
        float[][] captions = new float[n][n];
        float[][] pictures = new float[n][n];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            captions[i][i] = 1;
            Arrays.fill(pictures[i], 0.5f);
            pictures[i][i] = i % 2 == 0 ? 1 : 0;
            names.add("caption " + i);
        }
        assertEquals(new Ranking(n, 10, 10), Ranking.of(pictures, captions, names));
    }

    @Test
    void withoutCaptionsItChoosesFromThoseItLearned() throws IOException {
        String[] look = {"look", folder.resolve("classes/red/7.png").toString(), "--model", matcher.toString()};
        List<String> learned = Files.readAllLines(matcher.resolve(Matcher.CAPTIONS));
        String said = wellBy(look);
        assertTrue(learned.stream().anyMatch(caption -> said.contains("\"" + caption + "\"")), said);
        Path aside = Files.move(matcher.resolve(Matcher.CAPTIONS), folder.resolve("aside.txt"));
        assertRefused(look, "--caption");
        Files.move(aside, matcher.resolve(Matcher.CAPTIONS));
    }

    @Test
    void aRunIsResumed() throws IOException {
        Path run = folder.resolve("resumed");
        wellBy("look", "train", "--data", folder.resolve("classes").toString(), "--classes", "--out", run.toString(),
                "--steps", "2", "--batch", "4", "--patch", "4");
        String said = wellBy("look", "train", "--out", run.toString(), "--resume", "--steps", "4");
        assertTrue(said.contains("finished after 4 steps"), said);
    }

    @Test
    void badInputIsRefused() throws IOException {
        String model = classifier.toString();
        assertRefused(new String[] {"look"}, "no picture to look at");
        assertRefused(new String[] {"look", "nothing.png", "--model", model}, "nothing.png: no such file");
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");
        assertRefused(new String[] {"look", text.toString(), "--model", model}, "text.png");
        Path picture = folder.resolve("classes/red/7.png");
        assertRefused(new String[] {"look", picture.toString(), "--model", folder.resolve("no").toString()},
                "no such folder");
        assertRefused(new String[] {"look", picture.toString(), "--model", folder.resolve("classes").toString()},
                "holds no model");
        assertRefused(new String[] {"look", "train", "--out", folder.resolve("x").toString(), "--steps", "1"},
                "give --data");
        assertRefused(new String[] {"look", "train", "--data", "nothing.zip", "--out", folder.resolve("x").toString(),
            "--steps", "1"}, "nothing.zip");
        assertRefused(new String[] {"look", "train", "--data", folder.resolve("classes").toString(), "--classes",
            "--out", folder.resolve("x").toString(), "--steps", "1", "--patch", "3"}, "--patch");
        assertRefused(new String[] {"look", "train", "--data", folder.resolve("classes").toString(), "--classes",
            "--out", model, "--steps", "1"}, "holds a model already");
    }
}
