package dev.sirocco.apps.imagine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.OutputNames;
import dev.sirocco.apps.Printed;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagineTest {

    private static final int SIZE = Painters.SIZE;

    @TempDir
    private static Path models;
    private static Path words;
    private static Path classes;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeModels() {
        words = Painters.words(models.resolve("words"), 1);
        classes = Painters.classes(models.resolve("classes"), 1);
    }

    /** What is printed; in three steps and with a fixed seed if nothing else is said. */
    private static String imagine(Path model, String prompt, String... more) {
        List<String> args = new ArrayList<>(List.of("imagine", prompt, "--model", model.toString()));
        args.addAll(List.of(more));
        List.of("--steps", "--seed").stream().filter(option -> !args.contains(option))
                .forEach(option -> args.addAll(List.of(option, "3")));
        return Printed.wellBy(args.toArray(String[]::new));
    }

    private Path made(Path model, String prompt, String name, String... more) {
        Path file = folder.resolve(name);
        imagine(model, prompt, Stream.concat(Stream.of("-o", file.toString()), Stream.of(more)).toArray(String[]::new));
        return file;
    }

    private static byte[] again(Path file, String... more) throws IOException {
        Path copy = file.resolveSibling("again-" + file.getFileName());
        Printed.wellBy(Stream.concat(Stream.of("imagine", "--again", file.toString(), "-o", copy.toString()),
                Stream.of(more)).toArray(String[]::new));
        return Files.readAllBytes(copy);
    }

    // ---- the same picture -------------------------------------------------------------------------------------

    @Test
    void aPictureIsMadeAgainToTheBit() throws IOException {
        Path dragon = made(words, "a red dragon", "dragon.png", "--solver", "ddpm", "--cfg", "2.5", "--not", "birds",
                "--size", "16");
        assertArrayEquals(Files.readAllBytes(dragon), again(dragon));
        Path boot = made(classes, "boot", "boot.png", "--solver", "heun");
        assertArrayEquals(Files.readAllBytes(boot), again(boot, "--threads", "1"));
    }

    @Test
    void anyOfSeveralIsMadeAgainToTheBit() throws IOException {
        for (int n : new int[] {4, Latents.BATCH + 3}) {
            String said = imagine(words, "a blue cat", "-n", "" + n, "--seed", "5",
                    "-o", folder.resolve("cat.png").toString());
            assertEquals(n, said.lines().count(), said);
            for (int k : new int[] {1, 3, n}) {
                Path file = folder.resolve("cat-" + k + ".png");
                assertTrue(said.contains(file + "  seed " + (4 + k) + System.lineSeparator()), said);
                assertEquals(5 + k - 1, Metadata.read(file).request().seed());
                assertArrayEquals(Files.readAllBytes(file), again(file), file.toString());
            }
            assertNotEquals(Picture.read(folder.resolve("cat-1.png")), Picture.read(folder.resolve("cat-2.png")));
        }
    }

    @Test
    void aPictureDoesNotDependOnItsNeighboursButForRounding() {
        made(words, "a blue cat", "cat.png", "-n", "4", "--seed", "5");
        Picture alone = Picture.read(made(words, "a blue cat", "third.png", "--seed", "7"));
        Picture third = Picture.read(folder.resolve("cat-3.png"));
        for (int i = 0; i < alone.size(); i++) {
            assertEquals(alone.pixels()[i] & 0xFF, third.pixels()[i] & 0xFF, 1);
        }
    }

    @Test
    void whatIsGivenWithAnOlderPictureTakesItsPlace() throws IOException {
        Path cat = made(words, "a blue cat", "cat.png");
        assertArrayEquals(Files.readAllBytes(made(words, "a red dragon", "dragon.png")),
                again(cat, "a red dragon"));
        assertArrayEquals(Files.readAllBytes(made(words, "a blue cat", "other.png", "--seed", "4")),
                again(cat, "--seed", "4"));
    }

    @Test
    void otherWeightsAreToldOf() throws IOException {
        Path model = Painters.words(folder.resolve("model"), 1);
        Path cat = made(model, "a blue cat", "cat.png");
        Painters.words(model, 2);
        Printed printed = Printed.by("imagine", "--again", cat.toString(),
                "-o", folder.resolve("again.png").toString());
        assertEquals(0, printed.code());
        assertTrue(printed.err().contains("weights") && printed.err().contains(cat.toString()), printed.err());
        assertEquals(1, printed.err().lines().count());
    }

    // ---- settings ---------------------------------------------------------------------------------------------

    @Test
    void aPictureTellsHowItWasMade() {
        Path file = made(words, "a réd dragon", "x.png", "--seed", "-7", "--solver", "euler", "--cfg", "1.5");
        Map<String, String> texts = Picture.texts(file);
        assertEquals("a réd dragon", texts.get("Description"));
        assertEquals("Sirocco", texts.get("Software"));
        Request request = Metadata.read(file).request();
        assertEquals(new Request("a réd dragon", "", "", words.toString(), "", 1, 1, -7, -7, 3, 1.5, "euler", "", 1,
                "", 0),
                request);
    }

    @Test
    void everySettingCounts() {
        Picture plain = Picture.read(made(words, "a blue cat", "plain.png"));
        assertEquals(List.of(SIZE, SIZE, 3), List.of(plain.width(), plain.height(), plain.channels()));
        String[][] others = {{"--seed", "4"}, {"--steps", "5"}, {"--cfg", "9"}, {"--solver", "ddpm"},
                {"--not", "two birds"}};
        for (String[] other : others) {
            assertNotEquals(plain, Picture.read(made(words, "a blue cat", "other.png", other)), other[0]);
        }
        assertNotEquals(plain, Picture.read(made(words, "two birds", "birds.png")));
    }

    @Test
    void aSizeEnlargesWithoutBlurring() {
        Picture small = Picture.read(made(words, "a blue cat", "small.png"));
        Picture large = Picture.read(made(words, "a blue cat", "large.png", "--size", "" + 3 * SIZE));
        assertEquals(small.scaled(3 * SIZE, 3 * SIZE), large);
        assertEquals(small.cropped(2, 1, 1, 1), large.cropped(3 * 2 + 1, 3 + 2, 1, 1));
    }

    @Test
    void unknownWordsAreToldOfAndTheOthersAreUsed() throws IOException {
        Path file = folder.resolve("cat.png");
        Printed printed = Printed.by("imagine", "a fluffy blue Cat", "--model", words.toString(), "--steps", "3",
                "--seed", "3", "-o", file.toString());
        assertEquals(0, printed.code());
        assertEquals("sirocco: 'fluffy' was not in the captions that this model learned from", printed.err().strip());
        assertEquals(Picture.read(made(words, "a blue cat", "plain.png")), Picture.read(file));
    }

    @Test
    void seedsLeadFromOneToAnother() throws IOException {
        String said = imagine(words, "a blue cat", "--to", "9", "-n", "5", "-o", folder.resolve("x.png").toString(),
                "--animate", folder.resolve("x.gif").toString());
        assertEquals(5, said.lines().count(), said);
        Path middle = folder.resolve("x-3.png");
        assertArrayEquals(Files.readAllBytes(middle), again(middle));
        assertNear(Picture.read(made(words, "a blue cat", "first.png")), Picture.read(folder.resolve("x-1.png")));
        assertNear(Picture.read(made(words, "a blue cat", "last.png", "--seed", "9")),
                Picture.read(folder.resolve("x-5.png")));
        assertTrue(Files.size(folder.resolve("x.gif")) > 100);
    }

    private static void assertNear(Picture one, Picture other) {
        for (int i = 0; i < one.size(); i++) {
            assertEquals(one.pixels()[i] & 0xFF, other.pixels()[i] & 0xFF, 1);
        }
    }

    // ---- from a picture ---------------------------------------------------------------------------------------

    /** A picture with as many colours as pixels. */
    private Path drawn(String name, int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (37 * i + 11);
        }
        Path file = folder.resolve(name);
        new Picture(width, height, 3, pixels).write(file);
        return file;
    }

    /** White in its right half. */
    private Path mask(String name, int width, int height) {
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i % width < width / 2 ? 0 : 255);
        }
        Path file = folder.resolve(name);
        new Picture(width, height, 1, pixels).write(file);
        return file;
    }

    @Test
    void aPictureIsABeginning() throws IOException {
        Path init = drawn("init.png", 13, 21);
        Path little = made(words, "a blue cat", "little.png", "--init", init.toString(), "--strength", "0.4");
        Path all = made(words, "a blue cat", "all.png", "--init", init.toString(), "--strength", "1");
        assertNotEquals(Picture.read(little), Picture.read(all));
        assertEquals(SIZE, Picture.read(little).width());
        assertEquals(0.6, Metadata.read(made(words, "a blue cat", "x.png", "--init", init.toString())).request()
                .strength());
        assertArrayEquals(Files.readAllBytes(little), again(little));
        drawn("init.png", 13, 20);
        Printed printed = Printed.by("imagine", "--again", little.toString(),
                "-o", folder.resolve("changed.png").toString());
        assertEquals(0, printed.code());
        assertTrue(printed.err().contains("init"), printed.err());
    }

    @Test
    void whatIsNotMaskedIsKeptExactly() throws IOException {
        for (int[] size : new int[][] {{SIZE, SIZE}, {40, 26}, {5, 7}}) {
            Path init = drawn("init.png", size[0], size[1]);
            Path mask = mask("mask.png", size[0], size[1]);
            for (Path model : List.of(words, classes)) {
                Path file = made(model, model == words ? "a blue cat" : "boot", "x.png", "--init", init.toString(),
                        "--mask", mask.toString());
                Picture before = Picture.read(init);
                Picture after = Picture.read(file);
                int half = size[0] / 2;
                assertEquals(before.cropped(0, 0, half, size[1]), after.cropped(0, 0, half, size[1]));
                assertNotEquals(before.cropped(half, 0, size[0] - half, size[1]),
                        after.cropped(half, 0, size[0] - half, size[1]));
                assertEquals(1, Metadata.read(file).request().strength());
                assertArrayEquals(Files.readAllBytes(file), again(file));
            }
        }
    }

    // ---- files ------------------------------------------------------------------------------------------------

    @Test
    void namesComeFromThePromptAndAreNeverTaken() {
        for (String name : List.of("a-red-dragon.png", "a-red-dragon-2.png", "a-red-dragon-3.png")) {
            assertTrue(imagine(words, "  A red dragon! ", "-o", folder.toString()).contains(name + "  seed "), name);
            assertTrue(Files.exists(folder.resolve(name)), name);
        }
        imagine(words, "a red dragon", "-n", "2", "-o", folder.toString());
        assertTrue(Files.exists(folder.resolve("a-red-dragon-4.png")));
        assertTrue(Files.exists(folder.resolve("a-red-dragon-5.png")));
        assertEquals(List.of(Path.of("日本-2x.png")), OutputNames.of("日本, (2x)", "picture", ".png", Path.of(""), 1));
        assertEquals(List.of(Path.of("picture-1.png"), Path.of("picture-2.png")),
                OutputNames.of("?!", "picture", ".png", Path.of(""), 2));
        assertEquals(64, OutputNames.of("😀a".repeat(100), "picture", ".png", Path.of(""), 1).getFirst().toString()
                .length());
    }

    @Test
    void manyPromptsAreThePicturesOfEach() throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "a red dragon\n\n a blue cat \na red dragon\n");
        Path sheet = folder.resolve("sheet.png");
        String said = Printed.wellBy("imagine", "--prompts", prompts.toString(), "--model", words.toString(), "-n", "2",
                "--steps", "3", "--seed", "3", "--sheet", sheet.toString(), "-o", folder.toString());
        assertEquals(4, said.lines().count(), said);
        assertEquals(2 * (SIZE + 2) + 2, Picture.read(sheet).width());
        Path alone = made(words, "a blue cat", "alone.png", "-n", "2");
        assertArrayEquals(Picture.read(alone.resolveSibling("alone-2.png")).floats(),
                Picture.read(folder.resolve("a-blue-cat-2.png")).floats());
        assertArrayEquals(Files.readAllBytes(folder.resolve("a-blue-cat-2.png")),
                again(folder.resolve("a-blue-cat-2.png")));
    }

    @Test
    void otherFormatsSheetsAndFilms() throws IOException {
        Path sheet = folder.resolve("sheet.webp");
        Path gif = folder.resolve("film.gif");
        made(words, "a red dragon", "x.bmp", "-n", "5", "--sheet", sheet.toString(), "--animate", gif.toString());
        assertEquals(3 * (SIZE + 2) + 2, Picture.read(sheet).width());
        assertEquals(2 * (SIZE + 2) + 2, Picture.read(sheet).height());
        assertEquals(Picture.read(sheet).width(), Picture.read(gif).width());
        assertTrue(Files.exists(folder.resolve("x-5.bmp")));
        made(classes, "1", "one.png", "--animate", folder.resolve("one.gif").toString());
        try (Stream<Path> files = Files.list(folder)) {
            assertFalse(files.anyMatch(file -> file.toString().endsWith(".tmp")));
        }
    }

    @Test
    void aFilmedPictureIsTheSameAsOneThatIsNot() throws IOException {
        Path filmed = made(words, "a red dragon", "x.png", "-n", "3", "--animate", folder.resolve("x.gif").toString());
        assertFalse(Files.exists(filmed));
        assertArrayEquals(Files.readAllBytes(folder.resolve("x-2.png")), again(folder.resolve("x-2.png")));
        Path once = made(words, "a red dragon", "once.png", "--steps", "1",
                "--animate", folder.resolve("once.gif").toString());
        assertArrayEquals(Files.readAllBytes(once), again(once));
    }

    @Test
    void aFilmBeginsInNoiseAndEndsWithThePicture() {
        Painter painter = Painter.load(words);
        Request request = new Request("cat", "", "", words.toString(), "", 1, 1, 5, 5, 4, 2, "dpm", "", 1, "", 16);
        Film film = new Film();
        Rendering rendering = new Rendering(painter, request, "cat", null, Executors.best());
        List<String> progress = new ArrayList<>();
        Picture picture = rendering.pictures(0, 1, film, (done, of) -> progress.add(done + "/" + of)).getFirst();
        assertEquals(List.of("0/4", "1/4", "2/4", "3/4", "4/4"), progress);
        assertEquals(4, film.frames().size());
        assertEquals(picture, film.frames().getLast());
        assertNotEquals(picture, film.frames().getFirst());
    }
}
