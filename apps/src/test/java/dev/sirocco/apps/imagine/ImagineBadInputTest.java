package dev.sirocco.apps.imagine;

import static dev.sirocco.apps.Printed.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake that a person can make is told in one line, with code 2, and nothing is written. */
class ImagineBadInputTest {

    @TempDir
    private static Path models;
    private static Path words;
    private static Path classes;

    @TempDir
    private Path folder;
    @TempDir
    private Path output;

    @BeforeAll
    static void makeModels() {
        words = Painters.words(models.resolve("words"), 1);
        classes = Painters.classes(models.resolve("classes"), 1);
    }

    @AfterEach
    void nothingIsWritten() throws IOException {
        try (Stream<Path> files = Files.list(output)) {
            assertEquals(List.of(), files.toList());
        }
    }

    private String[] args(String... more) {
        return Stream.concat(Stream.of("imagine", "--model", words.toString(),
                "-o", output.resolve("x.png").toString()), Stream.of(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource({"-n,0", "-n,-1", "-n,1025", "-n,99999999999", "--size,7", "--size,100000", "--size,-1", "--steps,0",
            "--steps,1001", "--cfg,-1", "--cfg,NaN", "--cfg,Infinity", "--seed,1e99", "--seed,9223372036854775807",
            "--solver,magic", "--strength,0", "--strength,1.1", "--strength,NaN", "--threads,0", "--device,abacus",
            "--style,sprite"})
    void absurdOptions(String option, String value) {
        assertRefused(args("cat", option + "=" + value), option.replace("--", ""), value.substring(0, 1));
    }

    @Test
    void promptsThatSayNothing() {
        assertRefused(args(), "empty prompt");
        assertRefused(args("  "), "empty prompt");
        assertRefused(args("fluffy zorp"), "none of the words", "fluffy zorp");
        assertRefused(args("!"), "none of the words");
        assertRefused(args("cat", "--not", "zorp"), "none of the words", "zorp");
        assertRefused(args("cat ".repeat(5000)), "characters");
        assertRefused(new String[] {"imagine", "shoe", "--model", classes.toString(),
                "-o", output.resolve("x.png").toString()}, "shoe", "boot");
    }

    @Test
    void optionsThatDoNotGoTogether() throws IOException {
        Path init = picture("init.png", 8, 8);
        assertRefused(args("cat", "--mask", init.toString()), "--mask", "--init");
        assertRefused(args("cat", "--strength", "0.5"), "--strength", "--init");
        assertRefused(args("cat", "--to", "3", "--init", init.toString()), "--to", "--init");
        assertRefused(args("cat", "--to", "3", "--seed", "1", "-n", "1"), "--to", "-n");
        assertRefused(args("cat", "--not", "bird", "--cfg", "1"), "--not", "--cfg");
    }

    @Test
    void filesOfPrompts() throws IOException {
        String many = Files.writeString(folder.resolve("many.txt"), "cat\nbird\n").toString();
        String none = Files.writeString(folder.resolve("none.txt"), " \n\n").toString();
        String alike = Files.writeString(folder.resolve("alike.txt"), "cat!\ncat\n").toString();
        assertRefused(args("cat", "--prompts", many), "--prompts", "other");
        assertRefused(args("--prompts", many), "--prompts", "-o", "folder");
        assertRefused(args("--prompts", many, "--animate", output.resolve("x.gif").toString()), "--animate");
        assertRefused(args("--prompts", none), "none.txt", "no line");
        assertRefused(args("--prompts", folder.resolve("missing.txt").toString()), "missing.txt");
        assertRefused(new String[] {"imagine", "--prompts", alike, "--model", words.toString(), "-o",
                output.toString()}, "alike");
    }

    // ---- pictures ---------------------------------------------------------------------------------------------

    private Path picture(String name, int width, int height) {
        Path file = folder.resolve(name);
        Picture.filled(width, height, 0x336699).write(file);
        return file;
    }

    @Test
    void picturesThatAreNone() throws IOException {
        Path good = picture("good.png", 8, 8);
        byte[] bytes = Files.readAllBytes(good);
        Path cut = Files.write(folder.resolve("cut.png"), Arrays.copyOf(bytes, bytes.length - 20));
        byte[] claims = bytes.clone();
        claims[16] = 0x7F;                                                       // the width's first byte
        Path vast = Files.write(folder.resolve("vast.png"), claims);
        Path text = Files.writeString(folder.resolve("text.png"), "no picture");
        for (Path bad : List.of(cut, vast, text, folder, folder.resolve("none.png"))) {
            assertRefused(args("cat", "--init", bad.toString()), bad.toString());
            assertRefused(args("cat", "--init", good.toString(), "--mask", bad.toString()), bad.toString());
            assertRefused(args("--again", bad.toString()), bad.toString());
        }
    }

    @Test
    void masksThatDoNotFit() {
        Path init = picture("init.png", 8, 9);
        assertRefused(args("cat", "--init", init.toString(), "--mask", picture("mask.png", 9, 8).toString()), "8 × 9",
                "9 × 8");
        Path black = folder.resolve("black.png");
        Picture.filled(8, 9, 0).write(black);
        assertRefused(args("cat", "--init", init.toString(), "--mask", black.toString()), "black");
    }

    @Test
    void picturesThatDoNotSayHowTheyWereMade() {
        Path file = picture("x.png", 8, 8);
        assertRefused(args("--again", file.toString()), "x.png", "does not say");
        Request request = new Request("cat", "", "", words.toString(), "", 4, 2, 5, 5, 3, 4, "dpm", "", 1, "", 0);
        Map<String, String> good = new Metadata(request, new Origin("", "", "", "")).texts();
        Map<String, String> lies = Map.of("pictures", "1000000000", "number", "5", "seed", "many", "steps", "-1",
                "guidance", "NaN", "solver", "magic", "strength", "7", "size", "1000000", "init", "a\uFFFF/none.png");
        lies.forEach((name, value) -> {
            Map<String, String> texts = new LinkedHashMap<>(good);
            texts.put("sirocco." + name, value);
            Picture.read(file).writePng(file, texts);
            assertRefused(new String[] {"imagine", "--again", file.toString(),
                    "-o", output.resolve("x.png").toString()});
        });
        good.keySet().stream().filter(name -> name.startsWith("sirocco.") && !name.endsWith(".vae")).forEach(name -> {
            Map<String, String> texts = new LinkedHashMap<>(good);
            texts.remove(name);
            Picture.read(file).writePng(file, texts);
            assertRefused(new String[] {"imagine", "--again", file.toString(),
                    "-o", output.resolve("x.png").toString()}, name.substring(name.lastIndexOf('.') + 1));
        });
        Picture.read(file).writePng(file, good);
        assertRefused(new String[] {"imagine", "--again", file.toString(), "-n", "2"}, "-n");
    }

    // ---- files ------------------------------------------------------------------------------------------------

    @Test
    void pathsThatCannotBeWritten() {
        String[] start = {"imagine", "cat", "--model", words.toString(), "-o"};
        for (String bad : List.of(folder.resolve("none").resolve("x.png").toString(),
                folder.resolve("x.tiff").toString(), folder.resolve("x").toString(), "/proc/x.png")) {
            assertRefused(Stream.concat(Stream.of(start), Stream.of(bad)).toArray(String[]::new), bad);
            assertRefused(args("cat", "--sheet", bad), bad);
            assertRefused(args("cat", "--animate", bad.replace(".png", ".gif")), bad.replace(".png", ".gif"));
        }
        assertRefused(args("cat", "--animate", folder.resolve("x.png").toString()), ".gif", ".mp4");
        assertRefused(args("cat", "--animate", folder.resolve("x.gif").toString(), "-n", "65"), "--animate", "64");
    }

    @Test
    void modelsThatAreNone() {
        String[] rest = {"-o", output.resolve("x.png").toString(), "--model"};
        for (Path bad : List.of(folder, folder.resolve("none"))) {
            assertRefused(Stream.concat(Stream.concat(Stream.of("imagine", "cat"), Stream.of(rest)),
                    Stream.of(bad.toString())).toArray(String[]::new), bad.toString(), "imagine train");
        }
    }

    // ---- styles -----------------------------------------------------------------------------------------------

    @Test
    void aStyleIsChosenByNameByThePromptOrByDefault() {
        Styles styles = new Styles(folder);
        assertTrue(assertThrows(UserError.class, () -> styles.choose("", "cat")).getMessage()
                .contains("imagine train"));
        Painters.classes(folder.resolve("emoji"), 1);
        assertEquals("emoji", styles.choose("", "a red dragon"));
        Painters.classes(folder.resolve("sprite"), 1);
        assertEquals(List.of("emoji", "sprite"), styles.names());
        assertEquals("sprite", styles.choose("", "a red dragon"));
        assertEquals("emoji", styles.choose("", "a red dragon, Emoji"));
        assertEquals("emoji", styles.choose("emoji", "a dragon sprite"));
        assertTrue(assertThrows(UserError.class, () -> styles.choose("oil", "cat")).getMessage()
                .contains("emoji, sprite"));
        assertEquals("a red dragon", Styles.without("sprite", "a red  dragon sprite!"));
        assertEquals("sprites", Styles.without("sprite", "sprites"));
    }
}
