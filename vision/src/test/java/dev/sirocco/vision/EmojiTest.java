package dev.sirocco.vision;

import static dev.sirocco.vision.Archives.concat;
import static dev.sirocco.vision.PictureTest.assertOneLine;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link NotoEmoji}, with a font that the test builds, and {@link TwitterEmoji}. */
class EmojiTest {

    private static final byte[] DRAGON = Archives.png(3, 2, 0x00FF00);
    private static final byte[] THUMB = Archives.png(3, 2, 0xFFFF00);
    private static final byte[] DARK_THUMB = Archives.png(3, 2, 0x402000);

    @TempDir
    private Path folder;
    private Path annotations;

    @BeforeEach
    void writeAnnotations() throws IOException {
        annotations = Files.writeString(folder.resolve("en.xml"), """
                <?xml version="1.0" encoding="UTF-8" ?>
                <!DOCTYPE ldml SYSTEM "../../common/dtd/ldml.dtd">
                <ldml><annotations>
                <annotation cp="🐉">dragon | fairy tale</annotation>
                <annotation cp="🐉" type="tts">dragon</annotation>
                <annotation cp="👍" type="tts">Thumbs: up</annotation>
                <annotation cp="👍🏿" type="tts">thumbs up: dark skin tone</annotation>
                <annotation cp="🦑" type="tts">squid</annotation>
                </annotations></ldml>
                """);
    }

    // ---- the font ---------------------------------------------------------------------------------------------------

    @Test
    void namesThePicturesOfAFont() throws IOException {
        for (int indexFormat : new int[] {1, 3}) {
            Path font = Files.write(folder.resolve("emoji.ttf"), font(indexFormat));
            CaptionedPictures all = NotoEmoji.read(font, List.of(annotations), true);
            assertEquals(List.of("dragon, fairy tale", "thumbs up", "thumbs up dark skin tone"), all.captions());
            assertEquals(List.of(Picture.filled(3, 2, 0x00FF00), Picture.filled(3, 2, 0xFFFF00),
                    Picture.filled(3, 2, 0x402000)), all.pictures());
            assertEquals(List.of("dragon, fairy tale", "thumbs up"),
                    NotoEmoji.read(font, List.of(annotations), false).captions());
        }
    }

    @Test
    void aFontCutOffAnywhereIsRefused() throws IOException {
        byte[] whole = font(1);
        for (int length = 0; length < whole.length; length += 13) {
            Path font = Files.write(folder.resolve("emoji.ttf"), Arrays.copyOf(whole, length));
            assertOneLine(() -> NotoEmoji.read(font, List.of(annotations), true));
        }
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path font = Files.write(folder.resolve("emoji.ttf"), font(1));
        Path text = Files.writeString(folder.resolve("text"), "<not XML");
        assertOneLine(() -> NotoEmoji.read(text, List.of(annotations), true));
        assertOneLine(() -> NotoEmoji.read(font, List.of(text), true));
        assertOneLine(() -> NotoEmoji.read(folder.resolve("none"), List.of(annotations), true));
        assertOneLine(() -> NotoEmoji.read(font, List.of(folder.resolve("none")), true));
    }

    /** Four glyphs: 1 a dragon, 2 a thumb, 3 the dark tone, which has no bitmap, and 4 the ligature of 2 and 3. */
    private static byte[] font(int indexFormat) {
        Map<String, byte[]> tables = new LinkedHashMap<>();
        tables.put("CBDT", concat(ints(0x00030000), bitmap(DRAGON), bitmap(THUMB), bitmap(DARK_THUMB)));
        tables.put("CBLC", cblc(indexFormat));
        tables.put("GSUB", gsub());
        // One subtable of format 12 with three groups.
        tables.put("cmap", concat(shorts(0, 1, 3, 10), ints(12), shorts(12, 0), ints(16 + 3 * 12, 0, 3,
                0x1F409, 0x1F409, 1, 0x1F44D, 0x1F44D, 2, 0x1F3FF, 0x1F3FF, 3)));
        int at = 12 + 16 * tables.size();
        byte[] directory = concat(ints(0x00010000), shorts(tables.size(), 0, 0, 0));
        byte[] content = {};
        for (Map.Entry<String, byte[]> table : tables.entrySet()) {
            directory = concat(directory, table.getKey().getBytes(StandardCharsets.US_ASCII),
                    ints(0, at + content.length, table.getValue().length));
            content = concat(content, table.getValue());
        }
        return concat(directory, content);
    }

    /** Image format 17: small metrics, the length, the PNG. */
    private static byte[] bitmap(byte[] png) {
        return concat(new byte[] {2, 3, 0, 2, 3}, ints(png.length), png);
    }

    /** One strike, one index subtable for the glyphs 1 to 4. */
    private static byte[] cblc(int indexFormat) {
        int two = 9 + DRAGON.length;
        int three = two + 9 + THUMB.length;
        int end = three + 9 + DARK_THUMB.length;
        byte[] offsets = indexFormat == 1 ? ints(0, two, three, three, end) : shorts(0, two, three, three, end);
        byte[] strike = concat(ints(56, 8 + 8 + offsets.length, 1, 0), new byte[24], shorts(1, 4),
                new byte[] {3, 2, 32, 1});
        return concat(ints(0x00030000, 1), strike, shorts(1, 4), ints(8), shorts(indexFormat, 17), ints(4), offsets);
    }

    /** One lookup of type 7, an extension that holds one of type 4 with one ligature. */
    private static byte[] gsub() {
        byte[] header = shorts(1, 0, 0, 0, 10);
        byte[] lookups = shorts(1, 4);
        byte[] lookup = shorts(7, 0, 1, 8);
        byte[] extension = concat(shorts(1, 4), ints(8));
        byte[] ligatures = shorts(1, 8, 1, 14, /* coverage */ 1, 1, 2, /* set */ 1, 4, /* ligature */ 4, 2, 3);
        return concat(header, lookups, lookup, extension, ligatures);
    }

    private static byte[] shorts(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length);
        Arrays.stream(values).forEach(v -> bytes.putShort((short) v));
        return bytes.array();
    }

    private static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
        Arrays.stream(values).forEach(bytes::putInt);
        return bytes.array();
    }

    // ---- Twitter's --------------------------------------------------------------------------------------------------

    @Test
    void readsThePackageOfTwitter() throws IOException {
        Map<String, byte[]> files = new TreeMap<>(Map.of("package/img/twitter/64/1f44d.png", THUMB,
                "package/img/twitter/64/1f44d-1f3ff.png", DARK_THUMB, "package/img/twitter/32/1f44d.png", new byte[5],
                "package/emoji.json", """
                [{"name": "THUMBS UP SIGN", "image": "1f44d.png", "short_names": ["+1", "thumbsup"],
                  "skin_variations": {"1F3FF": {"unified": "1F44D-1F3FF", "image": "1f44d-1f3ff.png"}}},
                 {"name": "NO PICTURE", "image": "none.png", "short_names": []}]
                """.getBytes(StandardCharsets.UTF_8)));
        for (Path source : List.of(Archives.folder(folder.resolve("f"), files),
                Archives.tarGz(folder.resolve("t.tgz"), files))) {
            CaptionedPictures all = TwitterEmoji.read(source, true);
            assertEquals(List.of("thumbs up sign, +1, thumbsup", "thumbs up sign dark skin tone, +1, thumbsup"),
                    all.captions());
            assertEquals(Picture.filled(3, 2, 0x402000), all.pictures().get(1));
            assertEquals(1, TwitterEmoji.read(source, false).size());
        }
    }

    @Test
    void otherPackagesAreRefused() throws IOException {
        assertOneLine(() -> TwitterEmoji.read(folder, true));
        Files.writeString(folder.resolve("emoji.json"), "[{");
        assertOneLine(() -> TwitterEmoji.read(folder, true));
        Files.writeString(folder.resolve("emoji.json"), "[]");
        assertOneLine(() -> TwitterEmoji.read(folder, true));
    }
}
