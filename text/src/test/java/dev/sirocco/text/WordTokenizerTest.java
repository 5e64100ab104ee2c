package dev.sirocco.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordTokenizerTest {

    private final WordTokenizer tokenizer = WordTokenizer.of(List.of("a red dragon", "a dragon's cave", "two Dragons"),
            1);

    @Test
    void wordsAreNumberedAlphabetically() {
        assertEquals(6, tokenizer.vocabularySize());                   // none, a, cave, dragon, red, two
        assertArrayEquals(new int[] {1, 4, 3, 0, 0}, tokenizer.encode("a red dragon", 5));
    }

    @Test
    void casePluralsPossessivesAndAccentsDoNotMatter() {
        assertArrayEquals(new int[] {4, 3, 2, 0}, tokenizer.encode("RÉD dragons' cáves", 4));
    }

    @Test
    void longTextsAreCut() {
        assertArrayEquals(new int[] {1, 4, 0}, tokenizer.encode("a red dragon", 3));
    }

    @Test
    void unknownWordsAreLeftOutAndNamed() {
        assertArrayEquals(new int[] {4, 3, 0}, tokenizer.encode("red fluffy dragon", 3));
        assertEquals(List.of("fluffy", "unicorn"), tokenizer.unknown("The fluffy red unicorns, and a fluffy dragon"));
    }

    @Test
    void rareWordsAreLeftOut() {
        WordTokenizer common = WordTokenizer.of(List.of("a red dragon", "a blue dragon"), 2);
        assertEquals(List.of("red"), common.unknown("a red dragon"));
        assertThrows(UserError.class, () -> WordTokenizer.of(List.of("red", "blue"), 2));
    }

    @Test
    void aFolderKeepsIt(@TempDir Path folder) {
        tokenizer.write(folder);
        assertArrayEquals(tokenizer.encode("two red dragons", 4),
                WordTokenizer.read(folder).encode("two red dragons", 4));
    }

    @Test
    void anotherTokenisersFileIsRefused(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve(WordTokenizer.FILE), "{\"type\":\"char\",\"vocabulary\":[\"a\"]}");
        UserError error = assertThrows(UserError.class, () -> WordTokenizer.read(folder));
        assertTrue(error.getMessage().contains("\"type\" is \"char\", not \"words\""), error.getMessage());
    }
}
