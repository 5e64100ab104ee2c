package dev.sirocco.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CharTokenizerTest {

    @TempDir Path folder;

    @Test
    void idsFollowTheOrderOfCodePoints() {
        // U+FFE0 sorts after the emoji as UTF-16, before it as a code point.
        CharTokenizer tokenizer = CharTokenizer.of("b\uD83D\uDE00a\uFFE0\na");
        assertEquals(5, tokenizer.vocabularySize());
        assertArrayEquals(new int[] {0, 1, 2, 3, 4}, tokenizer.encode("\nab\uFFE0\uD83D\uDE00"));
        assertEquals(0x1F600, tokenizer.codePoint(4));
        assertEquals(-1, tokenizer.id('z'));
        assertEquals(-1, tokenizer.id(-1));
        assertEquals(-1, tokenizer.id(0x110000));
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "To be, or not to be: that is the question.\n",
            "\uD83D\uDC69\u200D\uD83D\uDE80 \uD83C\uDDE9\uD83C\uDDEA \uD835\uDD38",
            "e\u0301 é o\u0308\u0304 \u1100\u1161\u11A8",
            "春眠不覚暁、処処聞啼鳥。\uD840\uDC0B",
            "שָׁלוֹם עולם, مَرحَبًا بالعالم ١٢٣",
            "नमस्ते\tทุกคน\r\n\u0000\u2028\uFEFF"})
    void everyScriptSurvivesARoundTrip(String text) {
        CharTokenizer tokenizer = CharTokenizer.of(text);
        int[] ids = tokenizer.encode(text);
        assertEquals(text.codePointCount(0, text.length()), ids.length);
        assertEquals(text, tokenizer.decode(ids));
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            streamed.append(tokenizer.decode(id));
        }
        assertEquals(text, streamed.toString());
        assertArrayEquals(ids, Corpus.of(text).encode(tokenizer));

        tokenizer.write(folder.resolve("new/model"));
        CharTokenizer read = CharTokenizer.read(folder.resolve("new/model"));
        assertEquals(tokenizer, read);
        assertArrayEquals(ids, read.encode(text));
    }

    @Test
    void theFileIsSmallJsonAndItsOrderIsTheIds() throws Exception {
        CharTokenizer.of("b a\n\"").write(folder);
        assertEquals("{\"type\":\"char\",\"vocabulary\":[\"\\n\",\" \",\"\\\"\",\"a\",\"b\"]}\n",
                Files.readString(folder.resolve("tokenizer.json")));
        assertEquals(List.of(folder.resolve("tokenizer.json")), Files.list(folder).toList());
        Files.writeString(folder.resolve("tokenizer.json"), "{\"type\":\"char\",\"vocabulary\":[\"z\",\"a\"]}");
        assertArrayEquals(new int[] {1, 0}, CharTokenizer.read(folder).encode("az"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"type\":\"char\",\"vocabulary\":[\"a\",\"b\",\"a\"]}|entries 0 and 2 of \"vocabulary\" are the same",
            "{\"type\":\"char\",\"vocabulary\":[]}|\"vocabulary\" is empty",
            "{\"type\":\"char\"}|\"vocabulary\" is not a list",
            "{\"type\":\"char\",\"vocabulary\":{\"a\":0}}|\"vocabulary\" is not a list",
            "{\"type\":\"char\",\"vocabulary\":[\"a\",\"bc\"]}|entry 1 of \"vocabulary\" is \"bc\", not one character",
            "{\"type\":\"char\",\"vocabulary\":[\"a\",\"\"]}|entry 1 of \"vocabulary\" is \"\", not one character",
            "{\"type\":\"char\",\"vocabulary\":[1]}|entry 0 of \"vocabulary\" is 1, not one character",
            "{\"type\":\"char\",\"vocabulary\":[null]}|entry 0 of \"vocabulary\" is null",
            "{\"type\":\"char\",\"vocabulary\":[\"\\ud83d\"]}|entry 0",
            "{\"type\":\"bpe\",\"vocabulary\":[\"a\"]}|\"type\" is \"bpe\", not \"char\"",
            "{\"vocabulary\":[\"a\"]}|\"type\" is missing",
            "[\"a\"]|no JSON object",
            "{\"type\":\"char\",|not JSON",
            "{\"type\":\"char\",\"vocabulary\":[\"a\"]} {}|not JSON",
            "``|no JSON object"})
    void badFilesAreRefusedWithOneLineThatNamesTheFile(String json, String expected) throws Exception {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json);
        String message = assertThrows(UserError.class, () -> CharTokenizer.read(folder)).getMessage();
        assertTrue(message.startsWith(file.toString()), message);
        assertTrue(message.contains(expected), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void absurdSizesAreRefused() throws Exception {
        StringBuilder json = new StringBuilder("{\"type\":\"char\",\"vocabulary\":[\"a\"");
        json.repeat(",\"a\"", CharTokenizer.MAX_VOCABULARY).append("]}");
        Files.writeString(folder.resolve("tokenizer.json"), json);
        assertTrue(assertThrows(UserError.class, () -> CharTokenizer.read(folder)).getMessage()
                .contains("the limit is"));
        Files.write(folder.resolve("tokenizer.json"), new byte[(16 << 20) + 1]);
        assertTrue(assertThrows(UserError.class, () -> CharTokenizer.read(folder)).getMessage()
                .contains("far too many"));
    }

    @Test
    void missingFilesAndFoldersAreToldApart() {
        assertTrue(assertThrows(UserError.class, () -> CharTokenizer.read(folder)).getMessage().contains("is missing"));
        assertTrue(assertThrows(UserError.class, () -> CharTokenizer.read(folder.resolve("no"))).getMessage()
                .contains("no such folder"));
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        CharTokenizer tokenizer = CharTokenizer.of("ab");
        assertThrows(UserError.class, () -> tokenizer.decode(2));
        assertThrows(UserError.class, () -> tokenizer.decode(new int[] {0, -1}));
    }

    @Test
    void noVocabularyFromNothing() {
        assertThrows(UserError.class, () -> CharTokenizer.of(""));
        assertThrows(UserError.class, () -> CharTokenizer.of("a\uD83D"));
    }

    @Test
    void emptyTextHasNoIds() {
        assertEquals(0, CharTokenizer.of("a").encode("").length);
        assertEquals("", CharTokenizer.of("a").decode(new int[0]));
    }

    private static UnknownCharacters refused(String known, String prompt) {
        return assertThrows(UnknownCharacters.class, () -> CharTokenizer.of(known).encode(prompt));
    }

    @Test
    void everyUnknownCharacterIsNamedOnceAndThePromptRewritten() {
        UnknownCharacters e = refused("abcdefghijklmnopqrstuvwxyzC\"' -.", "Café “naïve” – l’été…");
        assertEquals(List.of(0xE9, 0x201C, 0xEF, 0x201D, 0x2013, 0x2019, 0x2026),
                e.unknown().stream().map(UnknownCharacters.Unknown::codePoint).toList());
        assertEquals(List.of("e"), e.unknown().getFirst().closest());
        assertEquals(Optional.of("Cafe \"naive\" - l'ete..."), e.rewritten());
        for (String part : List.of("'é' (U+00E9), closest known 'e'", "U+201C", "U+00EF", "U+201D", "U+2013", "U+2019",
                "U+2026", "Cafe \"naive\" - l'ete...")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        assertEquals(1, e.getMessage().lines().count());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "abc|B|b", // case
            "ABC|b|B",
            "xe|É|e", // accent and case
            "xE|É|E",
            "xo|ø|o", // no decomposition in Unicode
            "aex|æ|ae",
            "fix|ﬁ|fi", // ligature
            "xA|Ａ|A", // full width
            "x2|²|2",
            "x3|٣|3", // digit of another script
            "x’|'|’", // ASCII to the typographic kin
            "x-|—|--",
            "x–|-|–",
            "x.|…|...",
            "xé|e\u0301|é", // composed
            "xe\u0301|é|e\u0301", // decomposed
            "xe|e\u0301|e", // a mark alone is left out
            "`x `|x\u00A0x|x x",
            "xß|ẞ|ß",
            "x'|“x”|'x'",
            "xè|é|è", // other accent
            "xÉ|e|É"})
    void closestKnown(String known, String prompt, String rewritten) {
        UnknownCharacters e = refused(known, prompt);
        assertEquals(Optional.of(rewritten), e.rewritten());
        assertTrue(e.unknown().stream().allMatch(UnknownCharacters.Unknown::alike));
        assertEquals(rewritten, CharTokenizer.of(known).decode(CharTokenizer.of(known).encode(rewritten)));
    }

    @Test
    void lineEndsAndTabsBecomeWhatTheModelKnows() {
        assertEquals(Optional.of("a\na a"), refused("a \n", "a\r\na\ta").rewritten());
        assertEquals(Optional.of("a a"), refused("a ", "a\na").rewritten());
    }

    @Test
    void withoutKinTheNearestOfTheCategoryIsNamedButNotWritten() {
        UnknownCharacters e = refused("abz?! ", "a 漢¿");
        assertEquals(List.of("z"), e.unknown().get(0).closest());
        assertFalse(e.unknown().get(0).alike());
        assertEquals(List.of("?"), e.unknown().get(1).closest());
        assertEquals(Optional.of("a ?"), e.rewritten());
        assertTrue(e.getMessage().contains("'漢' (U+6F22), nearest known 'z'"), e.getMessage());
        assertFalse(e.getMessage().contains("Try"), e.getMessage());
        assertEquals(Optional.of("a b"), refused("ab ", "漢 a 漢 b 漢").rewritten());
    }

    @Test
    void emojiWithoutAnythingClose() {
        UnknownCharacters e = refused("ab", "\uD83D\uDE00\uD83D\uDE00");
        assertEquals(1, e.unknown().size());
        assertEquals(List.of(), e.unknown().getFirst().closest());
        assertEquals(Optional.empty(), e.rewritten());
        assertTrue(e.getMessage().contains("U+1F600"), e.getMessage());
    }

    @Test
    void halfSurrogatesAndControlsAreNamedByNumber() {
        UnknownCharacters e = refused("ab", "a\uD83D\u0007b");
        assertTrue(e.getMessage().contains("U+D83D") && e.getMessage().contains("U+0007 BEL"), e.getMessage());
        assertEquals(Optional.of("ab"), e.rewritten());
    }

    @Test
    void aCorpusWithUnknownCharactersIsRefused() {
        UnknownCharacters e =
                assertThrows(UnknownCharacters.class, () -> Corpus.of("abcab").encode(CharTokenizer.of("ab")));
        assertEquals('c', e.unknown().getFirst().codePoint());
        assertEquals(Optional.empty(), e.rewritten());
    }
}
