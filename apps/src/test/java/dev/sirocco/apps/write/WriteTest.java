package dev.sirocco.apps.write;

import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteTest {

    @TempDir
    private static Path folder;
    private static Path text;
    private static Path model;
    private static String training;

    @BeforeAll
    static void train() {
        text = Models.text(folder);
        model = folder.resolve("model");
        training = Models.train(text, model, "--steps", "20");
    }

    private static String write(String... more) {
        return wellBy(Models.join(List.of("write", "--model", model.toString()), more));
    }

    @Test
    void trainingLeavesAWholeModel() throws IOException {
        assertTrue(training.contains("finished after 20 steps"), training);
        for (String name : List.of("weights.safetensors", "config.json", "tokenizer.json", "card.md",
                "last.safetensors")) {
            assertTrue(Files.size(model.resolve(name)) > 0, name);
        }
        Safetensors weights = Safetensors.open(model.resolve("weights.safetensors"));
        assertEquals("BF16", weights.storedType("wte.weight"));
        assertTrue(weights.names().stream().noneMatch(name -> name.startsWith("training.")),
                "training state is left in");
    }

    @Test
    void aPromptIsContinuedByAsManyCharactersAsAsked() {
        String written = write("the ", "--chars", "30", "--seed", "1");
        assertTrue(written.startsWith("the "), written);
        assertEquals("the ".length() + 30 + System.lineSeparator().length(), written.length());
    }

    @Test
    void equalSeedsWriteEqualTexts() {
        assertEquals(write("the ", "--seed", "5"), write("the ", "--seed", "5"));
        assertNotEquals(write("the ", "--seed", "5"), write("the ", "--seed", "6"));
    }

    @Test
    void withoutTemperatureTheSeedDoesNotMatter() {
        assertEquals(write("the ", "--temperature", "0", "--seed", "1"),
                write("the ", "--temperature", "0", "--seed", "2"));
        assertEquals(write("the ", "--temperature", "0"), write("the ", "--top-k", "1"));
    }

    @Test
    void aTextMayBeEmptyOrOutgrowTheContext() {
        assertEquals(System.lineSeparator(), write("", "--chars", "0"));
        int characters = 5 * Models.CONTEXT;
        assertEquals(characters + System.lineSeparator().length(),
                write("", "--chars", "" + characters).length());
        String longPrompt = Models.TEXT.substring(0, 7 * Models.CONTEXT + 3);
        assertTrue(write(longPrompt, "--chars", "5").startsWith(longPrompt));
    }

    @Test
    void severalTextsAreDividedByARuler() {
        String[] texts = write("the ", "-n", "3", "--chars", "40", "--seed", "1").split("\n-{72}\n");
        assertEquals(3, texts.length);
        for (String each : texts) {
            assertTrue(each.startsWith("the "), each);
        }
        assertNotEquals(texts[0], texts[1]);
    }

    @Test
    void evaluationCountsEveryCharacterButTheFirst() throws IOException {
        double all = loss("--data", text.toString());
        assertTrue(all > 0 && all < 3, "a loss of " + all);
        assertEquals(all, loss("--data", text.toString(), "--batch", "3"), 1e-4);
        assertEquals(all, loss("--data", text.toString(), "--device", "reference", "--batch", "64"), 1e-3);
        // Windows of the context length and a last one that is shorter: by hand, from the losses of each by itself.
        int[] ends = {0, 16, 32, 39};
        double sum = 0;
        for (int i = 1; i < ends.length; i++) {
            Path window = folder.resolve("window.txt");
            Files.writeString(window, Models.TEXT.substring(ends[i - 1], ends[i] + 1));
            sum += loss("--data", window.toString()) * (ends[i] - ends[i - 1]);
        }
        Path short40 = Files.writeString(folder.resolve("short.txt"), Models.TEXT.substring(0, 40));
        assertEquals(sum / 39, loss("--data", short40.toString()), 2e-4);
    }

    @Test
    void aSplitIsThatOfTraining() throws IOException {
        Path tail = Files.writeString(folder.resolve("tail.txt"),
                Models.TEXT.substring((int) (Models.TEXT.length() * 0.9)));
        assertEquals(loss("--data", tail.toString()), loss("--data", text.toString(), "--split", "validation"), 1e-4);
    }

    private static double loss(String... more) {
        String printed = wellBy(Models.join(List.of("write", "eval", "--model", model.toString()), more));
        Matcher m = Pattern.compile("val_loss (\\d+\\.\\d+) bits_per_char (\\d+\\.\\d+)\\R").matcher(printed);
        assertTrue(m.matches(), printed);
        double loss = Double.parseDouble(m.group(1));
        assertEquals(loss / Math.log(2), Double.parseDouble(m.group(2)), 2e-4);
        return loss;
    }

    @Test
    void aReportComparesWithTheTextOfTheRun() {
        String report = wellBy("write", "report", "--model", model.toString(), "--chars", "300", "--seed", "1");
        assertTrue(report.contains("known words") && report.contains("longest copy"), report);
        String json = wellBy("write", "report", "--model", model.toString(), "--chars", "300",
                "--data", text.toString(), "--json");
        assertTrue(json.startsWith("{") && json.contains("\"copiedShare\""), json);
    }

    @Test
    void aResumedRunGoesOnWithItsSettings() throws IOException {
        Path run = folder.resolve("resumed");
        Models.train(text, run, "--steps", "4", "--seed", "3", "--lr", "0.01", "--log-every", "1");
        String said = wellBy("write", "train", "--out", run.toString(), "--resume", "--steps", "6");
        assertTrue(said.contains("finished after 6 steps"), said);
        List<String> log = Files.readAllLines(run.resolve("log.csv"));
        for (int step = 1; step <= 6; step++) {
            String start = step + ",";
            assertTrue(log.stream().anyMatch(row -> row.startsWith(start)), () -> "no step " + start + " in " + log);
        }
        Run settings = TrainingOptions.read(run, Run.class);
        assertEquals(Preset.TINY, settings.preset());
        assertEquals(List.of(3L, 4, 0.01, 6L),
                List.of(settings.training().seed(), settings.training().batch(), settings.training().learningRate(),
                        settings.training().steps()));
    }

    @Test
    void equalSeedsTrainEqualModels() {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Models.train(text, one, "--steps", "3");
        Models.train(text, two, "--steps", "3", "--threads", "1");
        assertArrayEquals(weights(one), weights(two));
    }

    private static float[] weights(Path run) {
        return Safetensors.open(run.resolve("last.safetensors")).get("h.0.attn.c_attn.weight").floats();
    }

    @Test
    void aCleanedTextHasFewerCharacters() throws IOException {
        Path curly = Files.writeString(folder.resolve("curly.txt"), "“hen” – ‘den’…\n".repeat(80));
        Path out = folder.resolve("clean");
        String said = Models.train(curly, out, "--steps", "1", "--clean");
        assertTrue(said.contains(String.format(Locale.ROOT, "%d different", "\n \"'-.dehn".length())), said);
        assertTrue(Files.readString(out.resolve("card.md")).contains("cleaned"));
    }
}
