package dev.sirocco.text.pronunciation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class LexiconTest {

    private static final Lexicon CMU = Lexicon.cmu();

    @Test
    void hasEveryWordOfTheFileOnce() {
        List<String> words = CMU.words();
        assertTrue(words.size() > 120_000, () -> words.size() + " words");
        assertEquals(words.size(), new HashSet<>(words).size());
        for (String word : words) {
            assertTrue(CMU.knows(word), word);
            assertFalse(CMU.pronunciations(word).isEmpty(), word);
        }
    }

    @Test
    void keepsThePronunciationsInOrder() {
        assertEquals(List.of("HH AH0 L OW1", "HH EH0 L OW1"), texts("hello"));
        assertEquals(List.of("R EH1 D", "R IY1 D"), texts("read"));
        assertEquals(List.of("AA1 R D V AA2 R K"), texts("aardvark"));
        assertEquals(List.of("D OW1 N T", "D OW1 N"), texts("don't"));
        assertEquals(List.of("EY1"), texts("a."));
    }

    @Test
    void saysSoIfItLacksAWord() {
        for (String word : List.of("sirocco's", "", "hell0", "hello(1)", ";;;", "zzzz")) {
            assertFalse(CMU.knows(word), word);
            assertEquals(List.of(), CMU.pronunciations(word));
        }
    }

    @Test
    void readsOtherDictionaries() {
        Lexicon small = Lexicon.of(
                ";;; two words\nTOMATO  T AH0 M EY1 T OW2\nTOMATO(1)  T AH0 M AA1 T OW2\n\nB.  B IY1");
        assertEquals(List.of("tomato"), small.words());
        assertEquals(2, small.pronunciations("tomato").size());
        assertEquals("B IY1", small.pronunciations("b.").getFirst().toString());
    }

    @Test
    void knowsTheSoundsOfTheNotation() {
        assertEquals(69, Sound.ALL.size());
        for (Sound sound : Sound.ALL) {
            assertEquals(sound, Sound.of(sound.toString()));
            assertEquals(sound, Sound.ALL.get(sound.id()));
        }
        assertThrows(IllegalArgumentException.class, () -> Sound.of("AH"));
        assertThrows(IllegalArgumentException.class, () -> Sound.of("B1"));
        assertThrows(IllegalArgumentException.class, () -> new Sound(Phoneme.AH, 3));
    }

    private static List<String> texts(String word) {
        return CMU.pronunciations(word).stream().map(Pronunciation::toString).toList();
    }
}
