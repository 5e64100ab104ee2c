package dev.sirocco.text.subword;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.io.Gguf;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.TextTokenizer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nobody vouches for. */
class HostileTokenizerTest {

    @TempDir
    private Path folder;

    private void put(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    /** A golden file in the folder, with its first {@code target} replaced. */
    private void put(String name, String file, String target, String replacement) throws IOException {
        String content = Files.readString(Golden.path(name).resolve(file));
        assertTrue(content.contains(target), target);
        int at = content.indexOf(target);
        put(file, content.substring(0, at) + replacement + content.substring(at + target.length()));
    }

    private void assertRefused(String... parts) {
        assertRefused(() -> PublishedTokenizer.read(folder), parts);
    }

    private void assertRefused(Runnable reading, String... parts) {
        String message = assertThrows(UserError.class, reading::run).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.length() < 400, message);
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    // ---- GPT-2's two files --------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"!\": 0                                 | JSON is not valid",
        "[]                                        | no JSON object",
        "{}                                        | it has no tokens",
        "{\"a\": 0, \"a\": 1}                      | JSON is not valid (Duplicate field 'a'",
        "{\"a\": 0, \"b\": 0}                      | token 0 is",
        "{\"a\": 0, \"b\": 2}                      | it has no token 1, but a token 2",
        "{\"a\": -1}                               | the id -1 is not from 0 to 1,048,575",
        "{\"a\": 2000000000}                       | the id 2000000000 is not from 0",
        "{\"a\": 99999999999}                      | the id of \"a\" is no whole number",
        "{\"a\": 0.5}                              | the id of \"a\" is no whole number",
        "{\"a\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]}    | JSON is not valid",
        "{\"a\": 0}                                | it has no token \"Ā\"",
        "{\"\\u2028\\u0007\": 0, \"x\": 0}         | token 0 is"})
    void vocabulary(String vocabulary, String message) throws IOException {
        put("vocab.json", vocabulary);
        put("merges.txt", "");
        assertRefused("vocab.json is no tokeniser that can be used: ", message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "`à ¤\nà ¤\n`   | merge 1, \"à\" and \"¤\", stands there before",
        "`t \n`         | the merge \"t \" is not two tokens",
        "` t\n`         | is not two tokens",
        "`th\n`         | the merge \"th\" is not two tokens",
        "`t h e\n`      | is not two tokens",
        "`t 河\n`       | merge 0 joins \"t\" and \"河\", which are not tokens",
        "`q q\n`        | merge 0 joins \"q\" and \"q\", which are not tokens, or not together"})
    void merges(String merges, String message) throws IOException {
        Files.copy(Golden.path("gpt2").resolve("vocab.json"), folder.resolve("vocab.json"));
        put("merges.txt", merges);
        assertRefused(message);
    }

    @Test
    void mergesAreMissing() throws IOException {
        Files.copy(Golden.path("gpt2").resolve("vocab.json"), folder.resolve("vocab.json"));
        assertRefused("merges.txt is missing");
        Files.write(folder.resolve("merges.txt"), new byte[] {'a', ' ', (byte) 0xFF});
        assertRefused("merges.txt", "not UTF-8");
    }

    @Test
    void tokensWithoutEnd() throws IOException {
        put("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n" + "x".repeat(1000));
        assertRefused("token 3 has 1,000 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab.json", "vocab.txt", "tokenizer.json", "config.json", "tokenizer_config.json"})
    void giganticFiles(String name) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength(1L << 33);
        }
        assertRefused(name, "8,589,934,592 bytes are far too many");
    }

    @Test
    void moreValuesThanAnyTokeniserHas() throws IOException {
        put("tokenizer.json", "{\"x\":[" + "0,".repeat(6_000_000) + "0]}");
        assertRefused("tokenizer.json", "JSON is not valid");
    }

    @Test
    void notUtf8() throws IOException {
        Files.write(folder.resolve("vocab.txt"), new byte[] {'a', '\n', (byte) 0xC3});
        assertRefused("vocab.txt", "not UTF-8");
        Files.write(folder.resolve("vocab.json"), new byte[] {'{', '"', (byte) 0xFF, '"', ':', '0', '}'});
        assertRefused("vocab.json", "not UTF-8");
    }

    @Test
    void noFiles() throws IOException {
        assertRefused("has no tokeniser", "vocab.txt");
        Files.createDirectory(folder.resolve("tokenizer.json"));
        assertRefused("tokenizer.json", "it is not a file");
    }

    // ---- WordPiece ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "`[UNK]\n[CLS]\n[SEP]\na\na\n` | tokens 3 and 4 are the same, \"a\"",
        "`[UNK]\n[SEP]\na\n`           | it has no token \"[CLS]\"",
        "``                            | it has no tokens"})
    void wordPieces(String vocabulary, String message) throws IOException {
        put("vocab.txt", vocabulary);
        assertRefused("vocab.txt", message);
    }

    // ---- tokenizer.json -----------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "gpt2 | \"type\":\"BPE\" | \"type\":\"Unigram\" | its model {\"type\":\"Unigram\"",
        "gpt2 | \"add_prefix_space\":false | \"add_prefix_space\":true | its pre_tokenizer",
        "gpt2 | \"normalizer\":null | \"normalizer\":{\"type\":\"NFKC\"} | its normalizer {\"type\":\"NFKC\"} is not known",
        "gpt2 | \"end_of_word_suffix\":null | \"end_of_word_suffix\":\"</w>\" | end_of_word_suffix is not known here",
        "llama3 | \\\\p{N}{1,3} | \\\\p{N}{1,4} | its pre_tokenizer",
        "llama3 | \"Isolated\" | \"Removed\" | its pre_tokenizer",
        "llama3 | \"id\":1 | \"id\":0 | token 0 is",
        "llama3 | \"id\":1 | \"id\":1.5 | its added_tokens are not as they should be",
        "llama3 | \"id\":403 | \"id\":405 | it has no token 403, but a token 405",
        "llama | \"prepend\":\"▁\" | \"prepend\":\"_\" | its normalizer",
        "llama | \"byte_fallback\":true | \"byte_fallback\":false | nor falls back to bytes",
        "llama | \"unk_token\":\"<unk>\" | \"unk_token\":\"<no>\" | it has no token \"<no>\"",
        "llama | <0x41> | <0x4g> | it has neither a token for the byte 41",
        "llama | \"merges\": | \"merges\":{},\"rules\": | its merges are not as they should be",
        "llama | \"vocab\": | \"words\": | its vocabulary is not as it should be",
        "bert | BertNormalizer | Lowercase | its normalizer",
        "bert | _subword_prefix\":\"##\" | _subword_prefix\":\"@@\" | its WordPiece is not as BERT's"})
    void stepsThatAreNotKnown(String name, String target, String replacement, String message) throws IOException {
        if (message.contains("neither")) {
            put(name, "tokenizer.json", "\"unk_token\":\"<unk>\"", "\"unk_token\":null");
            String content = Files.readString(folder.resolve("tokenizer.json"));
            put("tokenizer.json", content.replace(target, replacement));
        } else {
            put(name, "tokenizer.json", target, replacement);
        }
        assertRefused("tokenizer.json is no tokeniser that can be used: ", message);
    }

    @Test
    void aByteOrderMarkIsPassedOver() throws IOException {
        put("tokenizer.json", "\uFEFF" + Files.readString(Golden.path("llama").resolve("tokenizer.json")));
        int size = PublishedTokenizer.read(Golden.path("llama")).vocabularySize();
        assertEquals(size, PublishedTokenizer.read(folder).vocabularySize());
    }

    @Test
    void aSpecialTokenThatIsNone() throws IOException {
        Files.copy(Golden.path("llama").resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        put("tokenizer_config.json", "{\"bos_token\": \"<none>\"}");
        assertRefused("it has no token \"<none>\"");
    }

    // ---- all of them --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"gpt2/tokenizer.json", "llama3/tokenizer.json", "llama/tokenizer.json", "bert/vocab.txt",
        "bert/tokenizer.json", "llama.gguf", "gpt2.gguf"})
    void damagedFilesAreRefusedOrWork(String name) throws IOException {
        byte[] whole = Files.readAllBytes(Golden.path(name));
        Path file = folder.resolve(Path.of(name).getFileName());
        Random random = new Random(1);
        for (int trial = 0; trial < 120; trial++) {
            byte[] damaged = whole.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                int at = random.nextInt(random.nextBoolean() ? damaged.length : 400);
                damaged[at] = random.nextBoolean() ? (byte) random.nextInt(256) : damaged[random.nextInt(400)];
            }
            Files.write(file, damaged);
            try {
                TextTokenizer tokenizer = name.endsWith(".gguf") ? PublishedTokenizer.of(Gguf.open(file))
                        : PublishedTokenizer.read(folder);
                tokenizer.decode(tokenizer.encode("The river, 河 <tool> é\u0000 12"));
                for (int id = 0; id < tokenizer.vocabularySize(); id++) {
                    tokenizer.utf8(id);
                }
            } catch (UserError e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama.gguf", "gpt2", "bert"})
    void idsOutsideAreRefused(String name) {
        TextTokenizer tokenizer = name.endsWith(".gguf") ? PublishedTokenizer.of(Gguf.open(Golden.path(name)))
                : PublishedTokenizer.read(Golden.path(name));
        assertRefused(() -> tokenizer.utf8(-1), "token id -1 is not in the vocabulary of");
        assertRefused(() -> tokenizer.decode(new int[] {tokenizer.vocabularySize()}), "take files of one model");
    }

    // ---- GGUF ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"llama.gguf, llama, bert5, its kind is \"bert5\"", "gpt2.gguf, gpt-2, gpt-9, cuts words as \"gpt-9\"",
        "llama.gguf, token_type, token_typo, has no metadata", "llama.gguf, scores, scares, has no metadata",
        "gpt2.gguf, tokenizer.ggml.tokens, tokenizer.ggml.tokenz, has no metadata",
        "llama.gguf, <0x41>, <0x40>, are the same", "llama.gguf, <0x41>, <0x4_>, is said to be a byte"})
    void ggufWithOtherWords(String name, String target, String replacement, String message) throws IOException {
        String content = new String(Files.readAllBytes(Golden.path(name)), StandardCharsets.ISO_8859_1);
        Path file = folder.resolve(name);
        Files.write(file, content.replaceFirst(target.equals("llama") ? "llama" : java.util.regex.Pattern.quote(target),
                replacement).getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(() -> PublishedTokenizer.of(Gguf.open(file)), message);
    }
}
