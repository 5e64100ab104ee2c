package dev.sirocco.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus.LineEnds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusTest {

    @TempDir Path folder;

    private Path file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }

    private Path file(int... bytes) throws Exception {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            content[i] = (byte) bytes[i];
        }
        return Files.write(folder.resolve("bytes.txt"), content);
    }

    @Test
    void filesAreJoinedInOrderWithoutTheirByteOrderMarks() throws Exception {
        Corpus corpus = Corpus.read(file("b", "\uFEFFzwei \uD83D\uDE00"), file("a", "\uFEFFeins\uFEFF"));
        assertEquals("zwei \uD83D\uDE00eins\uFEFF", corpus.text());
        assertEquals(11, corpus.codePoints());
        assertEquals(16, corpus.utf8Bytes());
    }

    @Test
    void lineEndsAreNormalisedOrKept() throws Exception {
        Path one = file("one", "a\r\nb\rc\n\r\n\r");
        Path two = file("two", "\nd\r\n");
        assertEquals("a\nb\nc\n\n\n\nd\n", Corpus.read(one, two).text());
        assertEquals("a\r\nb\rc\n\r\n\r\nd\r\n", Corpus.read(List.of(one, two), LineEnds.KEEP).text());
    }

    @Test
    void aMarkAloneIsDroppedWithLineEndsKept() throws Exception {
        assertEquals("a\r\n", Corpus.read(List.of(file("one", "\uFEFFa\r\n")), LineEnds.KEEP).text());
    }

    @Test
    void nineTenthsOfTheCodePointsAreForTraining() {
        String letters = "0123456789abcdefghijklmnopq"; // n = 27, int(24.3) = 24
        Corpus.Split split = Corpus.of(letters).split(0.9);
        assertEquals("0123456789abcdefghijklmn", split.train().text());
        assertEquals("opq", split.validation().text());
        assertEquals(24, split.train().codePoints());
        assertEquals(3, split.validation().codePoints());
    }

    @Test
    void theSplitCountsCodePointsNotBytesOrChars() {
        Corpus.Split split = Corpus.of("\uD83D\uDE00é漢\uD83D\uDE01abcdef").split(0.3);
        assertEquals("\uD83D\uDE00é漢", split.train().text());
        assertEquals("\uD83D\uDE01abcdef", split.validation().text());
        Corpus.Split again = split.validation().split(0.5);
        assertEquals("\uD83D\uDE01ab", again.train().text());
        assertEquals("cdef", again.validation().text());
    }

    @Test
    void bothPartsAreEncodedByOneTokenizer() {
        Corpus corpus = Corpus.of("abcabcabcz");
        CharTokenizer tokenizer = CharTokenizer.of(corpus);
        assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2}, corpus.split(0.9).train().encode(tokenizer));
        assertArrayEquals(new int[] {3}, corpus.split(0.9).validation().encode(tokenizer));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN})
    void fractionsOutsideZeroToOneAreRefused(double fraction) {
        assertThrows(UserError.class, () -> Corpus.of("abcdef").split(fraction));
    }

    @Test
    void aTextTooShortToSplitIsRefused() {
        assertTrue(assertThrows(UserError.class, () -> Corpus.of("a").split(0.9)).getMessage().contains("too short"));
    }

    private static void refused(Path file, String expected) {
        String message = assertThrows(UserError.class, () -> Corpus.read(file)).getMessage();
        assertTrue(message.startsWith(file.toString()), message);
        assertTrue(message.contains(expected), message);
        assertTrue(message.contains(": "), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void badPathsAreRefusedByName() throws Exception {
        refused(folder.resolve("missing.txt"), "no such file");
        refused(folder, "is a folder");
        refused(file("empty.txt", ""), "is empty");
        refused(file("mark.txt", "\uFEFF"), "is empty");
        assertThrows(UserError.class, () -> Corpus.read());
        assertThrows(UserError.class, () -> Corpus.of(""));
    }

    @Test
    void theBadOneOfSeveralFilesIsNamed() throws Exception {
        Path good = file("good", "text");
        Path bad = Files.write(folder.resolve("bad"), new byte[] {'o', 'k', '\n', (byte) 0xFF});
        String message = assertThrows(UserError.class, () -> Corpus.read(good, bad)).getMessage();
        assertTrue(message.startsWith(bad + " is not valid UTF-8 (byte 3, line 2)"), message);
    }

    @Test
    void whatIsNotTextIsRefused() throws Exception {
        refused(file('a', 0, 'b'), "NUL at byte 1");
        refused(file(0xFF, 0xFE, 'a', 0), "UTF-16");
        refused(file(0xFE, 0xFF, 0, 'a'), "UTF-16");
        refused(file('c', 'a', 'f', 0xE9), "not valid UTF-8"); // Latin-1
        refused(file('a', 0x80), "not valid UTF-8"); // continuation without a start
        refused(file(0xC0, 0xAF), "not valid UTF-8"); // overlong
        refused(file(0xE0, 0x80, 0xAF), "not valid UTF-8");
        refused(file(0xED, 0xA0, 0x80), "not valid UTF-8"); // a surrogate
        refused(file(0xF4, 0x90, 0x80, 0x80), "not valid UTF-8"); // above U+10FFFF
        refused(file(0xF0, 0x9F, 0x98), "not valid UTF-8"); // cut short
        refused(file(0xE2, 'a', 'b'), "not valid UTF-8");
    }

    @Test
    void everyCodePointIsReadAsTheJdkReadsIt() throws Exception {
        StringBuilder all = new StringBuilder();
        for (int c = 1; c <= Character.MAX_CODE_POINT; c++) {
            if (c < 0xD800 || c > 0xDFFF) {
                all.appendCodePoint(c);
            }
        }
        String text = all.toString();
        Corpus corpus = Corpus.read(List.of(file("all", text)), LineEnds.KEEP);
        assertEquals(text, corpus.text());
        StringBuilder read = new StringBuilder();
        corpus.forEachCodePoint(read::appendCodePoint);
        assertEquals(text, read.toString());
    }

    @Test
    void checkingAgreesWithTheJdkOnRandomBytes() {
        Random random = new Random(1);
        byte[][] parts = {{'a'}, {(byte) 0xC3, (byte) 0xA9}, {(byte) 0xE6, (byte) 0xBC, (byte) 0xA2},
                {(byte) 0xF0, (byte) 0x9F, (byte) 0x98, (byte) 0x80}};
        for (int trial = 0; trial < 20_000; trial++) {
            var bytes = new java.io.ByteArrayOutputStream();
            for (int i = 0; i < 4; i++) {
                bytes.writeBytes(parts[random.nextInt(4)]);
            }
            byte[] text = bytes.toByteArray();
            text[random.nextInt(text.length)] = (byte) random.nextInt(256);
            boolean valid;
            try {
                StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(text));
                valid = true;
            } catch (java.nio.charset.CharacterCodingException e) {
                valid = false;
            }
            assertEquals(valid, Utf8.firstInvalid(text, 0, text.length) < 0, java.util.Arrays.toString(text));
        }
    }
}
