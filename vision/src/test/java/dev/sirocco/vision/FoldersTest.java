package dev.sirocco.vision;

import static dev.sirocco.vision.PictureTest.assertOneLine;
import static dev.sirocco.vision.PictureTest.noise;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ClassFolders}, {@link Captioned} and the archives they read. */
class FoldersTest {

    private static final byte[] RED = Archives.png(2, 3, 0xFF0000);
    private static final byte[] BLUE = Archives.png(2, 3, 0x0000FF);

    private static final CaptionRule RULE = new CaptionRule(
            Map.of("mon", "monster", "unique", "", "item/weapon", "weapon", "top", ""), Set.of("gui", "item/brands"),
            Set.of("new"));

    @TempDir
    private Path folder;

    // ---- class folders ----------------------------------------------------------------------------------------------

    @Test
    void foldersAreClassesInAFolderAZipAndATarGz() throws IOException {
        Map<String, byte[]> files = new TreeMap<>(Map.of("set/train/dog/1.png", RED, "set/train/cat/2.png", BLUE,
                "set/test/cat/3.png", RED, "set/train/readme.md", new byte[9], "__MACOSX/set/train/cat/2.png",
                new byte[3]));
        for (Path source : List.of(Archives.folder(folder.resolve("f"), files),
                Archives.zip(folder.resolve("z.zip"), files), Archives.tarGz(folder.resolve("t.tgz"), files))) {
            LabelledPictures train = ClassFolders.read(source, "train");
            assertEquals(List.of("cat", "dog"), train.classes());
            assertArrayEquals(new int[] {0, 1}, train.labels());
            assertEquals(List.of(Picture.filled(2, 3, 0x0000FF), Picture.filled(2, 3, 0xFF0000)), train.pictures());
            assertEquals(3, ClassFolders.read(source).size());
        }
    }

    @Test
    void sourcesWithoutClassesAreRefused() throws IOException {
        assertOneLine(() -> ClassFolders.read(folder));
        assertOneLine(() -> ClassFolders.read(folder.resolve("none")));
        Files.write(folder.resolve("a.png"), RED);
        assertOneLine(() -> ClassFolders.read(folder));
    }

    @Test
    void damagedArchivesAreRefused() throws IOException {
        Map<String, byte[]> files = Map.of("cat/1.png", RED);
        byte[] zip = Files.readAllBytes(Archives.zip(folder.resolve("a.zip"), files));
        byte[] tar = Files.readAllBytes(Archives.tarGz(folder.resolve("a.tgz"), files));
        byte[] flipped = zip.clone();
        Arrays.fill(flipped, 45, 60, (byte) 0x55);       // within the only file
        for (byte[] bytes : List.of(new byte[0], "text".getBytes(StandardCharsets.UTF_8), flipped,
                Arrays.copyOf(zip, zip.length / 2), Arrays.copyOf(tar, tar.length / 2), Arrays.copyOf(tar, 5))) {
            Path file = Files.write(folder.resolve("damaged"), bytes);
            assertOneLine(() -> ClassFolders.read(file));
        }
    }

    @Test
    void aDamagedPictureIsNamed() throws IOException {
        Path zip = Archives.zip(folder.resolve("a.zip"), Map.of("cat/1.png", RED, "cat/2.png", Arrays.copyOf(RED, 50)));
        UserError error = assertOneLine(() -> ClassFolders.read(zip));
        assertTrue(error.getMessage().contains("cat/2.png"), error.getMessage());
    }

    // ---- captions ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            fire_dragon.png                 | fire dragon
            top/mon/dragons/fire_dragon.png | fire dragon, monster
            top/mon/dragons/hydra3.png      | hydra, dragon, monster
            mon/unique/Tiamat_new.png       | tiamat, monster
            item/weapon/long_sword_2b.png   | long sword, weapon
            item/weapon/artefacts/rift.png  | rift, artefact, weapon
            item/boxes/17.png               | box
            a/bodies/body-f.x.png           | body
            gems/glass.png                  | glass, gem
            """)
    void pathsBecomeCaptions(String path, String caption) {
        assertEquals(Optional.of(caption), RULE.caption(path));
    }

    @ParameterizedTest
    @CsvSource({"gui/help.png", "top/gui/spells/fire.png", "item/brands/fire.png", "top/17.png", "3.png"})
    void pathsThatSayNothingOrAreLeftOutHaveNone(String path) {
        assertEquals(Optional.empty(), RULE.caption(path));
    }

    @Test
    void aTextBesideAPictureIsItsCaption() throws IOException {
        Path zip = Archives.zip(folder.resolve("a.zip"), Map.of("a/1.png", RED, "a/1.txt",
                "A  red\nthing \n".getBytes(StandardCharsets.UTF_8), "a/sea.png", BLUE, "a/sea.txt", new byte[0]));
        CaptionedPictures data = Captioned.read(zip, CaptionRule.PLAIN);
        assertEquals(List.of("A red thing", "sea"), data.captions());
        assertEquals(Picture.filled(2, 3, 0xFF0000), data.pictures().getFirst());
        assertEquals(4, data.and(data).size());
        assertEquals(data, data.and(data).atMost(1));
    }

    @Test
    void noCaptionsAtAllIsAnError() throws IOException {
        Path zip = Archives.zip(folder.resolve("a.zip"), Map.of("1.png", RED));
        assertOneLine(() -> Captioned.read(zip, CaptionRule.PLAIN));
    }

    @Test
    void theTilesOfCrawlReadLikeWhatAPersonTypes() {
        String top = "crawl-ref/source/rltiles/";
        assertEquals(Optional.of("fire dragon, monster"), Captioned.CRAWL.caption(top + "mon/dragons/fire_dragon.png"));
        assertEquals(Optional.of("deep elf sorcerer, monster"),
                Captioned.CRAWL.caption(top + "mon/humanoids/elves/deep_elf_sorcerer.png"));
        assertEquals(Optional.of("rift, magic, weapon"),
                Captioned.CRAWL.caption(top + "item/weapon/artefact/spwpn_rift.png"));
        assertEquals(Optional.empty(), Captioned.CRAWL.caption(top + "player/hair/long_red.png"));
    }

    @Test
    void mirrorImagesOfWhatHasNoSide() {
        Picture picture = noise(5, 4, 3, 1);
        List<String> captions = List.of("red dragon", "left arrow, west", "one o'clock, clock", "bright sun",
                "pirate flag");
        CaptionedPictures all = new CaptionedPictures(Collections.nCopies(5, picture), captions).withMirrored();
        assertEquals(List.of("red dragon", "bright sun"), all.captions().subList(5, all.size()));
        assertEquals(picture.flipped(), all.pictures().get(5));
        assertEquals(picture, all.pictures().get(4));
    }
}
