package dev.sirocco.text.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpokenTextTest {

    private static List<String> sentences(String text) {
        return SpokenText.of(text).stream().map(Sentence::toString).toList();
    }

    @Test
    void sentencesEndAtTheirMarksOnly() {
        assertEquals(List.of("doctor smith met mister jones, junior, at three p m on saint john's road.", "it rained!",
                "why?", "so."),
                sentences("Dr. Smith met Mr. Jones, Jr., at 3 p.m. on St. John's Rd. It rained! Why? So."));
        assertEquals(List.of("i live in the u s.", "the end."), sentences("I live in the U.S. The end."));
        assertEquals(List.of("version three point five is out.", "see example dot com."),
                sentences("Version 3.5 is out. See example.com."));
        assertEquals(List.of("he said stop.", "she did."), sentences("He said \"Stop.\" She did."));
        assertEquals(List.of("stop! she cried."), sentences("“Stop!” she cried."));
        assertEquals(List.of("j r r tolkien wrote it."), sentences("J. R. R. Tolkien wrote it."));
        assertEquals(List.of("this is plan b.", "it works."), sentences("This is plan B. It works."));
    }

    @Test
    void paragraphsEndAtEmptyLinesAndLineBreaksAreBlanks() {
        List<Sentence> sentences =
                SpokenText.of("A heading\n\nOne line\r\nand another. Two.\r\n \r\n* three\n* four\n");
        assertEquals(List.of("a heading.", "one line and another.", "two.", "three.", "four."),
                sentences.stream().map(Sentence::toString).toList());
        assertEquals(List.of(true, false, true, true, true), sentences.stream().map(Sentence::endsParagraph).toList());
    }

    @Test
    void theArticleIsNoLetter() {
        assertEquals(List.of(new Word("a", false), new Word("f", true), new Word("b", true), new Word("a", true),
                new Word("i", false)),
                SpokenText.of("A FBA I").getFirst().words());
    }

    @Test
    void longTextStreams() {
        int[] read = {0};
        try (SpokenText text = new SpokenText(new Reader() {
            private static final String LINE = "In 1984, Dr. Orwell paid $3.50 for 5 km of rope. "
                    + "It was as long as the road to the sea. ".repeat(10);

            @Override
            public int read(char[] out, int offset, int length) {
                if (read[0] >= 1 << 20 && read[0] % LINE.length() == 0) {
                    return -1;
                }
                int n = Math.min(length, LINE.length() - read[0] % LINE.length());
                LINE.getChars(read[0] % LINE.length(), read[0] % LINE.length() + n, out, offset);
                read[0] += n;
                return n;
            }

            @Override
            public void close() {}
        })) {
            int spoken = 0;
            while (text.hasNext()) {
                assertEquals(spoken++ % 11 > 0 ? "it was as long as the road to the sea."
                        : "in nineteen eighty four, doctor orwell paid three dollars and fifty cents for five "
                        + "kilometers of rope.", text.next().toString());
                assertTrue(read[0] < 40 * spoken + 30_000, "it reads far ahead of what is spoken");
            }
            assertTrue(spoken > 25_000);
            assertThrows(NoSuchElementException.class, text::next);
        }
    }

    @Test
    void whatHasNoEndIsCutAndKeptWhole() {
        String words = IntStream.range(0, 5000).mapToObj(i -> "word").collect(Collectors.joining(" "));
        List<Sentence> sentences = SpokenText.of(words);
        assertEquals(5000, sentences.stream().mapToInt(sentence -> sentence.words().size()).sum());
        assertTrue(sentences.stream().allMatch(sentence -> sentence.words().size()
                <= SentenceTokenizer.MAX_LENGTH / 5));
        String letters = SpokenText.of("x".repeat(10_000)).stream().flatMap(sentence -> sentence.words().stream())
                .map(Word::text).collect(Collectors.joining());
        assertEquals("x".repeat(10_000), letters);
        assertTrue(sentences(" ".repeat(10_000) + "ok" + "\n".repeat(10_000) + "ok").equals(List.of("ok.", "ok.")));
        assertTrue(SpokenText.of("\uD83D\uDE80a".repeat(3_000)).stream()
                .allMatch(sentence -> sentence.toString().startsWith("rocket") || sentence.toString().startsWith("a")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n\n \t\r\n", "\uFEFF"})
    void emptyTextIsRefused(String text) {
        UserError error = assertThrows(UserError.class, () -> SpokenText.of(text));
        assertEquals("the text is empty: give some words to speak", error.getMessage());
    }

    @Test
    void textWithNothingSpeakableIsRefused() {
        assertEquals("nothing in the text can be spoken: give words in English",
                assertThrows(UserError.class, () -> SpokenText.of("... --- ***\n\n()")).getMessage());
        assertEquals("nothing in the text can be spoken (left out: т х): give words in English",
                assertThrows(UserError.class, () -> SpokenText.of("тхт.")).getMessage());
        assertTrue(assertThrows(UserError.class,
                () -> SpokenText.of("абвгдежзийклмнопрст")).getMessage().contains("and 7 more"));
    }

    @Test
    void otherScriptsAreLeftOutAndTold() {
        try (SpokenText text = new SpokenText(new StringReader("Tokyo (東京) is big. Γειά means hi. \uD840\uDC00"))) {
            assertEquals("tokyo, is big.", text.next().toString());
            assertEquals(List.of("京", "東"), text.leftOut());
            assertEquals("means hi.", text.next().toString());
            assertFalse(text.hasNext());
            assertTrue(text.leftOut().containsAll(List.of("γ", "ε", "\uD840\uDC00")));
        }
    }

    @Test
    void whatIsBrokenIsReported() {
        Reader broken = new Reader() {
            @Override
            public int read(char[] out, int offset, int length) throws IOException {
                throw new IOException("broken");
            }

            @Override
            public void close() {}
        };
        try (SpokenText text = new SpokenText(broken)) {
            assertThrows(UncheckedIOException.class, text::hasNext);
        }
    }

    /** Whatever is written, sentences have the form that they promise, and only letters of English are left. */
    @Test
    void anySequenceOfFormsIsSpoken() {
        Random random = new Random(5);
        String[] forms = {"1", "23", "4,567", "0", ".", ",", "-", "–", "/", ":", "$", "%", "°C", " ", " ", " ", "\n",
                "\n\n", "'", "\"", "a",
                "A", "Dr", "St", "km", "pm", "May", "Mon", "IV", "I", "FBI", "@", "#", "&", "+", "=", "^", "½", "²",
                "é", "ж", "東", "\uD83D\uDE00", "\uD83C\uDDEB", "\uD83D", "www.", "http://", "(", ")", "!", "?",
                "\\", "{", "}", "$1", "\uE000", "\u200D", "o'clock", "th", "'s", "x", "v"};
        for (int trial = 0; trial < 3000; trial++) {
            StringBuilder text = new StringBuilder("so ");
            for (int i = random.nextInt(30); i >= 0; i--) {
                text.append(forms[random.nextInt(forms.length)]);
            }
            for (Sentence sentence : SpokenText.of(text.toString())) {
                assertWellFormed(sentence, text.toString());
            }
        }
    }

    private static void assertWellFormed(Sentence sentence, String text) {
        assertInstanceOf(Word.class, sentence.parts().getFirst(), text);
        Pause end = assertInstanceOf(Pause.class, sentence.parts().getLast(), text);
        assertTrue(end.compareTo(Pause.PERIOD) >= 0, text);
        for (int i = 1; i < sentence.parts().size(); i++) {
            assertFalse(sentence.parts().get(i - 1) instanceof Pause && sentence.parts().get(i) instanceof Pause, text);
        }
        sentence.words().forEach(word -> assertTrue(word.text().matches("'?[a-z]+('[a-z]+)*"),
                () -> word + " in " + text));
    }
}
