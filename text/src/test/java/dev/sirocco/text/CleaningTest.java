package dev.sirocco.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Cleaning.Form;
import dev.sirocco.text.Cleaning.Whitespace;
import java.text.Normalizer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CleaningTest {

    private static final Cleaning NONE = Cleaning.none();

    @Test
    void noneChangesNothing() {
        String text = " \t“A”\r\n\r\r\n e\u0301\u00A0 \uFEFF\u0007ﬁ\u2028\uD83D\uDC69\u200D\uD83D\uDE80 שלום  \n\n";
        assertEquals(text, NONE.clean(text));
        assertEquals("", NONE.clean(""));
    }

    @Test
    void typographicPunctuationBecomesAscii() {
        assertEquals("\"It's 'so'\" - no -- well... \"oui\" 3-4 * a",
                NONE.withAsciiPunctuation(true).clean("“It’s ‘so’” – no — well… «oui» 3−4 • a"));
    }

    @Test
    void normalForms() {
        assertEquals("é ﬁ Ａ", NONE.withForm(Form.NFC).clean("e\u0301 ﬁ Ａ"));
        assertEquals("é fi A", NONE.withForm(Form.NFKC).clean("e\u0301 ﬁ Ａ"));
        assertEquals("각", NONE.withForm(Form.NFC).clean("\u1100\u1161\u11A8"));
    }

    @Test
    void normalFormsDoNotDependOnBlocks() {
        Random random = new Random(7);
        String[] parts = {"e\u0301", "a", "\u1100\u1161", "\u11A8", "ﬁ", " ", "\n", "o\u0304\u0308", "漢",
                "\uD83D\uDE00"};
        StringBuilder text = new StringBuilder();
        while (text.length() < 100_000) {
            text.append(parts[random.nextInt(parts.length)]);
        }
        text.append("e").append("\u0301".repeat(30_000)).append("\uD83D\uDE00".repeat(20_000));
        for (Form form : new Form[] {Form.NFC, Form.NFKC}) {
            assertEquals(Normalizer.normalize(text, Normalizer.Form.valueOf(form.name())),
                    NONE.withForm(form).clean(text.toString()));
        }
    }

    @Test
    void whitespaceIsTidiedAndLinesStay() {
        Cleaning tidy = NONE.withWhitespace(Whitespace.TIDY);
        assertEquals("a b\n\nc d\ne\nf\n\n", tidy.clean("  a \t\u00A0b \r\n \r\nc\u3000d\re\u2028  f\n\n   "));
        assertEquals("a", tidy.clean(" a "));
        assertEquals("", tidy.clean("   "));
    }

    @Test
    void controlsGoAndJoinersStay() {
        Cleaning drop = NONE.withDropControls(true);
        assertEquals("ab\tc\nd", drop.clean("\uFEFFa\u0007b\tc\nd\u00AD\u200B\u202E\u009F\u0000"));
        assertEquals("\uD83D\uDC69\u200D\uD83D\uDE80 می\u200Cخواهم",
                drop.clean("\uD83D\uDC69\u200D\uD83D\uDE80 می\u200Cخواهم"));
        assertEquals("a b", drop.withWhitespace(Whitespace.TIDY).clean("a \u200B b"));
    }

    @Test
    void lowerCaseInSeveralScripts() {
        assertEquals("élan Привет".toLowerCase() + " \uD801\uDC28",
                NONE.withLowerCase(true).clean("ÉLAN ПРИВЕТ \uD801\uDC00"));
    }

    @Test
    void halfSurrogatesAreDropped() {
        assertEquals("ab \uD83D\uDE00", NONE.clean("a\uD83Db\uDE00 \uD83D\uDE00\uD83D"));
        assertEquals(" a", NONE.clean("\uDE00 \uD83D a").substring(1));
    }

    @Test
    void longLinesAndLongWordsStayWhole() {
        String word = "x".repeat(100_000);
        String marks = "a" + "\u0301".repeat(40_000) + "漢".repeat(40_000);
        String text = word + " " + word + "\n" + marks + "\n" + "ab ".repeat(100_000).strip();
        assertEquals(text, NONE.withWhitespace(Whitespace.TIDY).withStripGutenberg(true).withLowerCase(true)
                .clean(text));
        assertEquals(" ".repeat(50_000) + "a", NONE.clean(" ".repeat(50_000) + "a"));
    }

    @Test
    void cleaningTwiceIsCleaningOnce() {
        Random random = new Random(3);
        String[] parts = {"“", "’", "—", "…", " ", "\u00A0", "\t", "\r", "\n", "\r\n", "e\u0301", "A", "ﬁ", "\u200B",
                "漢", "\uD83D\uDE00", "\u0007", "Й", "\u2028", "´", "x"};
        for (int trial = 0; trial < 200; trial++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 60; i++) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            for (Form form : Form.values()) {
                Cleaning cleaning = Cleaning.standard().withForm(form).withLowerCase(true);
                String once = cleaning.clean(text.toString());
                assertEquals(once, cleaning.clean(once));
            }
        }
    }

    private static final String HEADER = """
            The Project Gutenberg eBook of A Book

            This ebook is for the use of anyone anywhere.

            Title: A Book

            """;
    private static final String START = "*** START OF THE PROJECT GUTENBERG EBOOK A BOOK ***\n\n\n";
    private static final String END = """


            *** END OF THE PROJECT GUTENBERG EBOOK A BOOK ***

            Updated editions will replace the previous one.
            Project Gutenberg eBooks are often created from several printed editions.
            """;
    private static final String LICENCE_END =
            "including how to subscribe to our email newsletter to hear about new eBooks.\n";
    private static final Cleaning STRIP = NONE.withStripGutenberg(true);

    @Test
    void gutenbergFramesAreStripped() {
        String book = "CHAPTER I\n\nIt was a dark night.\n\n\nTHE END\n";
        assertEquals(book, STRIP.clean(HEADER + START + book + END + LICENCE_END));
        assertEquals(book, STRIP.clean(HEADER + START + book + END));
        assertEquals(book.replace("\n", "\r\n"), STRIP.clean((HEADER + START + book + END).replace("\n", "\r\n")));
        assertEquals(book, Cleaning.standard().clean("\uFEFF" + HEADER + START + book + END));
    }

    @Test
    void severalBooksAndForeignTextsAroundThem() {
        String frame = HEADER + START + "One.\n" + END + LICENCE_END;
        assertEquals("Mine.\nOne.\nOne.\nAlso mine.\n", STRIP.clean("Mine.\n" + frame + frame + "Also mine.\n"));
    }

    @Test
    void olderFramesAreStripped() {
        String old = """
                *The Project Gutenberg Etext of Something*
                Please take a look at the important information.
                *END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*

                Text.

                End of The Project Gutenberg Etext of Something
                """;
        assertEquals("Text.\n", STRIP.clean(old));
        String broken = "***START OF THIS PROJECT GUTENBERG EBOOK A VERY LONG\nTITLE***\nText.\n"
                + "***END OF THIS PROJECT GUTENBERG EBOOK A VERY LONG\nTITLE***\n";
        assertEquals("Text.\n", STRIP.clean(broken));
    }

    @Test
    void textThatMerelyMentionsGutenbergStays() {
        String text = "The Project Gutenberg eBook of Ulysses is free.\n\nSo they say.\n".repeat(3);
        assertEquals(text, STRIP.clean(text));
        assertEquals(text.repeat(400), STRIP.clean(text.repeat(400)));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void corporaAreCleanedLikeStrings(boolean lower) {
        String text = HEADER + START + "“É” \uD83D\uDE00…\r\nשלום\n".repeat(10_000) + END;
        Cleaning cleaning = Cleaning.standard().withLowerCase(lower);
        assertEquals(cleaning.clean(text), cleaning.clean(Corpus.of(text)).text());
    }

    @Test
    void nothingLeftIsRefused() {
        Corpus blank = Corpus.of("  \u200B ");
        assertThrows(UserError.class, () -> Cleaning.standard().clean(blank));
    }
}
