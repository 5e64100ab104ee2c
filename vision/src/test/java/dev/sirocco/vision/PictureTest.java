package dev.sirocco.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {

    @TempDir
    private Path folder;

    // ---- files ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"png, 1", "png, 3", "png, 4", "webp, 3", "webp, 4", "bmp, 3"})
    void losslessFormatsGiveBackEveryPixel(String suffix, int channels) {
        Picture picture = noise(13, 7, channels, 1);
        Path file = folder.resolve("a." + suffix);
        picture.write(file);
        assertEquals(channels, Picture.read(file).channels());
        assertEquals(picture.over(0), Picture.read(file).over(0));
    }

    @Test
    void jpegIsCloseAndTransparentIsWhiteInIt() {
        byte[] pixels = new byte[16 * 16 * 4];
        for (int i = 0; i < pixels.length; i += 4) {
            pixels[i] = (byte) 200;
            pixels[i + 3] = (byte) (i < pixels.length / 2 ? 255 : 0);
        }
        Path file = folder.resolve("a.JPG");
        new Picture(16, 16, 4, pixels).write(file);
        Picture read = Picture.read(file);
        assertEquals(3, read.channels());
        assertClose(new int[] {200, 0, 0}, pixel(read, 3, 2), 8);
        assertClose(new int[] {255, 255, 255}, pixel(read, 3, 13), 8);
    }

    @Test
    void theContentTellsTheFormatNotTheName() throws IOException {
        Picture picture = noise(5, 4, 3, 2);
        picture.write(folder.resolve("a.png"));
        Path renamed = Files.move(folder.resolve("a.png"), folder.resolve("a.jpg"));
        assertEquals(picture, Picture.read(renamed));
    }

    @Test
    void textsComeBack() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("prompt", "a réd dragon, 龍 🐉");
        texts.put("seed", "17");
        Picture picture = noise(3, 3, 3, 3);
        Path file = folder.resolve("a.png");
        picture.writePng(file, texts);
        assertEquals(List.copyOf(texts.entrySet()), List.copyOf(Picture.texts(file).entrySet()));
        assertEquals(picture, Picture.read(file));
    }

    @Test
    void aPngWithoutTextsHasNone() {
        noise(3, 3, 3, 3).write(folder.resolve("a.png"));
        assertEquals(Map.of(), Picture.texts(folder.resolve("a.png")));
        noise(3, 3, 3, 3).write(folder.resolve("a.webp"));
        assertEquals(Map.of(), Picture.texts(folder.resolve("a.webp")));
    }

    // ---- bad files --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "webp", "bmp"})
    void aFileCutOffAnywhereIsRefusedInOneLine(String suffix) throws IOException {
        Path file = folder.resolve("a." + suffix);
        noise(40, 30, 3, 4).write(file);
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 1, 3, 9, 20, 33, 60, whole.length / 2, whole.length - 1}) {
            assertOneLine(() -> Picture.decode(Arrays.copyOf(whole, length), "a." + suffix));
        }
    }

    @Test
    void aDamagedByteIsFound() throws IOException {
        Path file = folder.resolve("a.png");
        noise(40, 30, 3, 5).write(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        assertOneLine(() -> Picture.decode(bytes, "a.png"));
    }

    @Test
    void validChunksAroundNonsenseAreRefused() throws IOException {
        Path file = folder.resolve("a.png");
        noise(40, 30, 3, 5).write(file);
        byte[] bytes = Files.readAllBytes(file);
        int data = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("IDAT") + 4;
        int length = ByteBuffer.wrap(bytes).getInt(data - 8);
        Arrays.fill(bytes, data + 10, data + length, (byte) 0x55);
        checksum(bytes, data - 4, length);
        assertOneLine(() -> Picture.decode(bytes, "a.png"));
    }

    @Test
    void aHugePictureIsRefusedBeforeItIsDecoded() throws IOException {
        Path file = folder.resolve("a.png");
        noise(4, 4, 3, 6).write(file);
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer.wrap(bytes).putInt(16, 100_000).putInt(20, 100_000);
        checksum(bytes, 12, 13);
        UserError error = assertOneLine(() -> Picture.decode(bytes, "a.png"));
        assertTrue(error.getMessage().contains("100000 × 100000"), error.getMessage());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text.png"), "not a picture at all, but long enough to be one");
        Path empty = Files.createFile(folder.resolve("empty.png"));
        assertOneLine(() -> Picture.read(text));
        assertOneLine(() -> Picture.read(empty));
        assertOneLine(() -> Picture.read(folder));
        assertOneLine(() -> Picture.read(folder.resolve("none.png")));
    }

    @Test
    void nothingIsLeftOfAFileThatCannotBeWritten() throws IOException {
        Picture picture = noise(4, 4, 3, 7);
        assertOneLine(() -> picture.write(folder.resolve("none/a.png")));
        assertOneLine(() -> picture.write(folder.resolve("a.docx")));
        assertOneLine(() -> picture.write(folder.resolve("a")));
        assertOneLine(() -> picture.writePng(folder.resolve("a.jpg"), Map.of()));
        Path taken = Files.createDirectory(folder.resolve("taken.png"));
        Files.createFile(taken.resolve("file"));
        assertOneLine(() -> picture.write(taken));
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assumeTrue(locked.toFile().setWritable(false));
        try {
            if (!Files.isWritable(locked)) {             // not so for root
                assertOneLine(() -> picture.write(locked.resolve("a.png")));
            }
        } finally {
            assertTrue(locked.toFile().setWritable(true));
        }
        try (Stream<Path> left = Files.walk(folder)) {
            assertFalse(left.anyMatch(f -> f.toString().endsWith(".tmp")));
        }
    }

    // ---- numbers ----------------------------------------------------------------------------------------------------

    @Test
    void numbersAreChannelsThenRowsFromMinusOneToOne() {
        Picture picture = new Picture(2, 1, 3, new byte[] {0, 51, (byte) 255, (byte) 204, 0, 0});
        float[] chw = new float[8];
        picture.copyTo(chw, 1);
        assertArrayEquals(new float[] {0, -1, 0.6f, -0.6f, -1, 1, -1, 0}, chw, 1e-6f);
        assertEquals(picture, Picture.of(chw, 1, 3, 1, 2));
    }

    @Test
    void everyByteSurvivesAsANumberAndOthersAreClamped() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        Picture picture = new Picture(16, 16, 1, all);
        float[] numbers = new float[picture.size()];
        picture.copyTo(numbers, 0);
        assertEquals(picture, Picture.of(numbers, 0, 1, 16, 16));
        assertEquals(new Picture(2, 1, 1, new byte[] {0, (byte) 255}), Picture.of(new float[] {-9, 1.5f}, 0, 1, 1, 2));
    }

    // ---- channels and geometry --------------------------------------------------------------------------------------

    @Test
    void alphaMixesWithTheGround() {
        Picture picture = new Picture(3, 1, 4, bytes(10, 20, 30, 255, 10, 20, 30, 0, 100, 0, 200, 51));
        assertEquals(new Picture(3, 1, 3, bytes(10, 20, 30, 255, 0, 128, 224, 0, 142)), picture.over(0xFF0080));
    }

    @Test
    void greyIsLuma() {
        assertEquals(new Picture(3, 1, 1, bytes(76, 150, 29)),
                new Picture(3, 1, 3, bytes(255, 0, 0, 0, 255, 0, 0, 0, 255)).grey());
        assertEquals(new Picture(2, 1, 3, bytes(7, 7, 7, 9, 9, 9)), new Picture(2, 1, 1, bytes(7, 9)).rgb());
    }

    @Test
    void smallerIsTheMeanOfAnArea() {
        Picture picture = new Picture(4, 2, 1, bytes(10, 20, 0, 0, 30, 40, 0, 100));
        assertEquals(new Picture(2, 1, 1, bytes(25, 25)), picture.resized(2, 1));
    }

    @Test
    void coloursOfTransparentPixelsDoNotBleed() {
        Picture picture = new Picture(2, 1, 4, bytes(200, 100, 0, 255, 0, 0, 255, 0));
        assertEquals(new Picture(1, 1, 4, bytes(199, 100, 0, 128)), picture.resized(1, 1));
    }

    @Test
    void flatPicturesStayFlatWhenResized() {
        for (int size : new int[] {1, 7, 13, 64}) {
            assertEquals(Picture.filled(size, 17, 0x123456), Picture.filled(8, 8, 0x123456).resized(size, 17));
        }
    }

    @Test
    void partsAndMirrorsAndMargins() {
        Picture picture = noise(7, 5, 3, 8);
        assertEquals(picture, picture.flipped().flipped());
        assertArrayEquals(pixel(picture, 6, 3), pixel(picture.flipped(), 0, 3));
        assertArrayEquals(pixel(picture, 2, 1), pixel(picture.cropped(2, 1, 3, 3), 0, 0));
        Picture padded = picture.padded(11, 6, 0x010203);
        assertEquals(picture, padded.cropped(2, 0, 7, 5));
        assertArrayEquals(new int[] {1, 2, 3}, pixel(padded, 0, 0));
        assertArrayEquals(new int[] {1, 2, 3}, pixel(padded, 10, 5));
        assertEquals(0, noise(3, 3, 4, 9).padded(5, 5, 0xFFFFFF).pixels()[3]);
    }

    // ---- helpers ----------------------------------------------------------------------------------------------------

    static Picture noise(int width, int height, int channels, long seed) {
        byte[] pixels = new byte[width * height * channels];
        new Random(seed).nextBytes(pixels);
        return new Picture(width, height, channels, pixels);
    }

    /** Runs what must fail with a message of one line that is not empty. */
    static UserError assertOneLine(Runnable action) {
        UserError error = assertThrows(UserError.class, action::run);
        assertEquals(1, error.getMessage().lines().count());
        assertFalse(error.getMessage().contains("null"), error.getMessage());
        return error;
    }

    private static int[] pixel(Picture picture, int x, int y) {
        int[] values = new int[picture.channels()];
        for (int c = 0; c < values.length; c++) {
            values[c] = picture.pixels()[(y * picture.width() + x) * values.length + c] & 0xFF;
        }
        return values;
    }

    private static void assertClose(int[] expected, int[] actual, int tolerance) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance);
        }
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Puts right the checksum of a chunk whose type stands at an index. */
    private static void checksum(byte[] png, int type, int length) {
        CRC32 crc = new CRC32();
        crc.update(png, type, 4 + length);
        ByteBuffer.wrap(png).putInt(type + 4 + length, (int) crc.getValue());
    }

    @Test
    void pixelArtGrowsByWholePixels() {
        Picture art = new Picture(2, 1, 3, new byte[] {1, 2, 3, 4, 5, 6});
        assertEquals(new Picture(4, 2, 3,
                new byte[] {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}), art.scaled(4, 2));
        assertEquals(art.resized(5, 2), art.scaled(5, 2));
        assertEquals(art.resized(1, 1), art.scaled(1, 1));
        Picture photo = Picture.filled(65, 2, 0x102030);
        assertEquals(photo.resized(130, 4), photo.scaled(130, 4));
    }
}
