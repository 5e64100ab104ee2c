package dev.sirocco.text.subword;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sirocco.tensor.io.Gguf;
import dev.sirocco.text.TextStream;
import dev.sirocco.text.TextTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids of Hugging Face's tokenizers, for texts in many languages and of none. */
class PublishedTokenizerTest {

    @TempDir
    private Path folder;

    private static TextTokenizer read(String name) {
        return name.endsWith(".gguf") ? PublishedTokenizer.of(Gguf.open(Golden.path(name)))
                : PublishedTokenizer.read(Golden.path(name));
    }

    /** The tokeniser in a folder with some of another's files alone. */
    private TextTokenizer readOnly(String name, String... files) throws IOException {
        for (String file : files) {
            Files.copy(Golden.path(name).resolve(file), folder.resolve(file));
        }
        return PublishedTokenizer.read(folder);
    }

    private static void assertGolden(TextTokenizer tokenizer, String name) {
        List<Golden.Sample> samples = Golden.samples(name);
        assertTrue(samples.size() > 90);
        for (Golden.Sample sample : samples) {
            assertArrayEquals(sample.ids(), tokenizer.encode(sample.text()),
                    () -> name + " " + sample.text() + ": " + Arrays.toString(tokenizer.encode(sample.text())));
            assertEquals(sample.decoded(), tokenizer.decode(sample.ids()), name);
        }
    }

    // ---- against others -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"gpt2, gpt2", "gpt2.gguf, gpt2", "llama3, llama3", "qwen2, qwen2", "llama, llama",
        "llama.gguf, llama-gguf", "bert, bert", "bert-cased, bert-cased"})
    void idsAndTextsAreTheExpectedOnes(String files, String expected) {
        assertGolden(read(files), expected);
    }

    @Test
    void olderFilesGiveTheSame() throws IOException {
        assertGolden(readOnly("gpt2", "vocab.json", "merges.txt"), "gpt2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama"})
    void theOrderOfFieldsDoesNotMatter(String name) throws IOException {
        readOnly(name, "tokenizer.json");
        ObjectMapper json = JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, json.writeValueAsString(json.readValue(file.toFile(), Map.class)));
        String text = Files.readString(file);
        assertTrue(text.indexOf("\"merges\"") < text.indexOf("\"vocab\""));
        assertGolden(PublishedTokenizer.read(folder), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "bert-cased"})
    void aListOfWordPiecesGivesTheSame(String name) throws IOException {
        assertGolden(name.equals("bert") ? readOnly(name, "vocab.txt")
                : readOnly(name, "vocab.txt", "tokenizer_config.json"), name);
    }

    // ---- special tokens -----------------------------------------------------------------------------------------

    @Test
    void whatBeginsAndEndsATextIsReadFromTheFolder() {
        TextTokenizer llama3 = read("llama3");
        assertEquals(OptionalInt.of(0), llama3.special().begin());
        assertTrue(llama3.special().isBeginExpected());
        assertEquals(Set.of(1, 7), llama3.special().ends());
        assertEquals(0, llama3.prompt("the")[0]);
        assertArrayEquals(new int[] {0}, llama3.prompt(""));
        assertEquals("", llama3.decode(new int[] {0, 1}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama.gguf"})
    void llamaExpectsABegin(String name) {
        TextTokenizer llama = read(name);
        assertEquals(OptionalInt.of(1), llama.special().begin());
        assertTrue(llama.special().isBeginExpected());
        assertTrue(llama.special().isEnd(2));
        assertFalse(llama.special().isEnd(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt2.gguf"})
    void gpt2BeginsOnlyEmptyTexts(String name) {
        TextTokenizer gpt2 = read(name);
        int end = gpt2.special().begin().getAsInt();
        assertEquals(Set.of(end), gpt2.special().ends());
        assertArrayEquals(new int[] {end}, gpt2.prompt(""));
        assertArrayEquals(gpt2.encode("the"), gpt2.prompt("the"));
        assertEquals(0, gpt2.utf8(end).length);
    }

    @Test
    void anEncoderReadsBetweenTwoTokens() {
        WordPiece bert = (WordPiece) read("bert");
        int[] words = bert.encode("the river");
        assertArrayEquals(new int[] {2, words[0], words[1], 3}, bert.encodeWhole("the river", 512));
        assertArrayEquals(new int[] {2, words[0], 3}, bert.encodeWhole("the river", 3));
        assertArrayEquals(new int[] {2, 3}, bert.encodeWhole("", 512));
    }

    // ---- texts as they come -------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama3", "llama", "llama.gguf", "bert"})
    void tokensOneByOneGiveTheWholeText(String name) {
        TextTokenizer tokenizer = read(name);
        String text = "The river 河 runs — 👩‍👩‍👧‍👦 é to   the sea.";
        int[] ids = tokenizer.encode(text);
        TextStream stream = TextStream.ofBeginning(tokenizer);
        StringBuilder streamed = new StringBuilder();
        for (int id : ids) {
            String piece = stream.add(id);
            assertFalse(piece.contains("\uFFFD"), piece);
            assertTrue(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)), piece);
            streamed.append(piece);
        }
        assertEquals("", stream.rest());
        assertEquals(tokenizer.decode(ids), streamed.toString());
    }

    @Test
    void aCharacterIsHeldBackUntilItIsWhole() {
        TextTokenizer llama = read("llama");
        TextStream stream = TextStream.ofContinuation(llama);
        byte[] utf8 = "👍".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3; i++) {
            assertEquals("", stream.add(3 + Byte.toUnsignedInt(utf8[i])));
        }
        assertEquals("👍", stream.add(3 + Byte.toUnsignedInt(utf8[3])));
        assertEquals("", stream.add(3 + Byte.toUnsignedInt(utf8[0])));
        assertEquals("\uFFFD", stream.add(2) + stream.add(3 + 'A').replace("A", ""));
        assertEquals("", stream.add(3 + Byte.toUnsignedInt(utf8[0])));
        assertEquals("\uFFFD", stream.rest());
        assertEquals("B", stream.add(3 + 'B'));
    }

    @Test
    void onlyTheBeginningLosesItsSpace() {
        TextTokenizer llama = read("llama");
        int[] ids = llama.encode("the sea");
        assertTrue(TextStream.ofContinuation(llama).add(ids[0]).startsWith(" "));
        assertFalse(TextStream.ofBeginning(llama).add(ids[0]).startsWith(" "));
    }

    // ---- any text at all ----------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama3", "llama", "llama.gguf"})
    void anyTextComesBack(String name) {
        TextTokenizer tokenizer = read(name);
        Random random = new Random(1);
        for (int trial = 0; trial < 300; trial++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                int bits = random.nextInt(21);
                int c = random.nextInt(1 << bits);
                text.appendCodePoint(c >= 0xD800 && c <= 0xDFFF || c > Character.MAX_CODE_POINT ? ' ' : c);
            }
            assertEquals(text.toString(), tokenizer.decode(tokenizer.encode(text.toString())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama3", "llama", "llama.gguf", "bert"})
    void halvesOfSurrogatePairsAreReplaced(String name) {
        TextTokenizer tokenizer = read(name);
        assertArrayEquals(tokenizer.encode("a\uFFFDb\uFFFD"), tokenizer.encode("a\uDE00b\uD83D"));
    }

    /** A step for each pair of letters would take minutes. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama3", "llama", "llama.gguf", "bert"})
    void longWordsAreNotQuadratic(String name) {
        TextTokenizer tokenizer = read(name);
        for (String unit : List.of("a", " ", "\n", "é", "ab", "1", "!", "a ", " \n")) {
            String text = unit.repeat(100_000 / unit.length());
            int[] ids = tokenizer.encode(text);
            if (!name.equals("bert")) {
                assertEquals(text, tokenizer.decode(ids));
            }
        }
    }
}
