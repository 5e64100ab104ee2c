package dev.sirocco.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sirocco.tensor.ir.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GenerationReportTest {

    private static final double EXACT = 1e-12;

    @Test
    void knownWordsCountOccurrences() {
        GenerationReport report = GenerationReport.of("The CAT zat on zat mat.", Corpus.of("the cat sat. On the mat!"));
        assertEquals(6, report.words());
        assertEquals(4 / 6.0, report.knownWords(), EXACT);
        assertEquals(List.of("zat"), report.unknownWords());
        assertEquals(17 / 6.0, report.meanWordLength(), EXACT);
    }

    @Test
    void distinctN() {
        // a b a b a c: 3 of 6 words; ab ba ac of 5 pairs; aba bab bac of 4 triples
        GenerationReport report = GenerationReport.of("a b, A b. a c", Corpus.of("q"));
        assertEquals(3 / 6.0, report.distinct1(), EXACT);
        assertEquals(3 / 5.0, report.distinct2(), EXACT);
        assertEquals(3 / 4.0, report.distinct3(), EXACT);
        assertEquals(0, report.knownWords(), EXACT);
    }

    @Test
    void sentences() {
        assertEquals(2.5, GenerationReport.of("One two three. Four five! ...", Corpus.of("q")).meanSentenceWords(),
                EXACT);
    }

    @Test
    void aPlantedPassageIsFoundToTheCharacter() {
        String passage = "ing through the silver fields, they saw the old mill burn";
        Corpus corpus = Corpus.of("First line.\nSecond line.\nWhen walk" + passage + "ed down at last.\nEnd.\n");
        String generated = "Zounds! Sleep" + passage + "s 42 quickly?";
        GenerationReport report = GenerationReport.of(generated, corpus);
        assertEquals(passage, report.longestCopy());
        assertEquals(passage.length(), report.longestCopyCharacters());
        assertEquals(3, report.longestCopyLine());
        assertEquals((double) passage.length() / generated.length(), report.copiedShare(), EXACT);
        assertEquals(0, GenerationReport.of(generated, corpus, passage.length() + 1).copiedShare(), EXACT);
    }

    @Test
    void aPassageAcrossLinesIsPlacedWhereItStarts() {
        Corpus corpus = Corpus.of("zero\none\ntwo\nthree\n");
        GenerationReport report = GenerationReport.of("XX\none\ntwo\nXX", corpus);
        assertEquals("\none\ntwo\n", report.longestCopy());
        assertEquals(1, report.longestCopyLine());
    }

    @Test
    void severalAndOverlappingPassagesAreCountedOnce() {
        Corpus corpus = Corpus.of("abcdefghij | ghijklmnop | 0123456789");
        // abcdefghij and ghijklmnop overlap by four; the digits are one short
        GenerationReport report = GenerationReport.of("XabcdefghijklmnopYY012345678ZZ", corpus, 10);
        assertEquals(16 / 30.0, report.copiedShare(), EXACT);
        assertEquals(10, report.longestCopyCharacters());
    }

    @Test
    void copyingThatIsNotToTheLetterShowsInShingles() {
        Corpus corpus = Corpus.of("to be, or not to be: that is the question");
        GenerationReport report = GenerationReport.of("To Be\nOr Not To Be That was", corpus);
        assertEquals(3 / 4.0, report.sharedShingles(), EXACT); // eight words, four runs of five, the last unknown
        assertTrue(report.longestCopyCharacters() < 10);
    }

    @Test
    void otherScriptsAreCountedInCodePoints() {
        String passage = "\uD83D\uDE00春眠不覚暁\uD83D\uDE01שלום";
        GenerationReport report = GenerationReport.of("z" + passage + "q",
                Corpus.of("\uD83D\uDE02" + passage + "\uD83D\uDE03"), 5);
        assertEquals(passage, report.longestCopy());
        assertEquals(11, report.longestCopyCharacters());
        assertEquals(13, report.characters());
        assertEquals(11 / 13.0, report.copiedShare(), EXACT);
    }

    @Test
    void longestAndCoverageAgreeWithBruteForce() {
        Random random = new Random(11);
        for (int trial = 0; trial < 500; trial++) {
            int alphabet = 1 + random.nextInt(4);
            String generated = random(random, 1 + random.nextInt(40), alphabet);
            String corpus = random(random, 1 + random.nextInt(80), alphabet);
            int copyLength = 1 + random.nextInt(6);
            int longest = 0;
            String longestCopy = "";
            boolean[] covered = new boolean[generated.length()];
            for (int from = 0; from < generated.length(); from++) {
                for (int to = from + 1; to <= generated.length() && corpus.contains(generated.substring(from, to));
                        to++) {
                    if (to - from > longest) {
                        longest = to - from;
                        longestCopy = generated.substring(from, to);
                    }
                    for (int i = from; to - from >= copyLength && i < to; i++) {
                        covered[i] = true;
                    }
                }
            }
            int count = 0;
            for (boolean c : covered) {
                count += c ? 1 : 0;
            }
            GenerationReport report = GenerationReport.of(generated, Corpus.of(corpus), copyLength);
            assertEquals(longest, report.longestCopyCharacters(), generated + " / " + corpus);
            assertEquals(longestCopy, report.longestCopy());
            assertEquals((double) count / generated.length(), report.copiedShare(), EXACT, generated + " / " + corpus);
        }
    }

    private static String random(Random random, int length, int alphabet) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < length; i++) {
            out.append((char) (random.nextInt(8) == 0 ? ' ' : 'a' + random.nextInt(alphabet)));
        }
        return out.toString();
    }

    @Test
    void nothingInCommonAndNoWords() {
        GenerationReport report = GenerationReport.of("!!!", Corpus.of("abc"));
        assertEquals(0, report.words());
        assertEquals("", report.longestCopy());
        assertEquals(0, report.longestCopyLine());
        for (double share : new double[] {report.knownWords(), report.distinct1(), report.distinct2(),
                report.distinct3(), report.copiedShare(), report.meanWordLength(), report.meanSentenceWords()}) {
            assertEquals(0, share);
        }
        assertThrows(UserError.class, () -> GenerationReport.of("", Corpus.of("abc")));
        assertThrows(UserError.class, () -> GenerationReport.of("a", Corpus.of("abc"), 0));
    }

    @Test
    void aLargeCorpusAndRepetitiveTextTakeSeconds() {
        Random random = new Random(5);
        StringBuilder corpus = new StringBuilder();
        while (corpus.length() < 4_000_000) {
            corpus.append(random(random, 5, 6)).append(random.nextInt(12) == 0 ? ".\n" : " the the ");
        }
        String copied = corpus.substring(3_000_000, 3_001_000);
        String generated = " the".repeat(5_000) + "Q" + copied + "Q" + random(random, 20_000, 6);
        assertTimeout(Duration.ofSeconds(30), () -> {
            GenerationReport report = GenerationReport.of(generated, Corpus.of(corpus.toString()), 500);
            assertEquals(copied, report.longestCopy());
            assertEquals(1_000.0 / generated.length(), report.copiedShare(), EXACT);
        });
    }

    @Test
    void jsonHoldsEveryNumberAndTextEveryLine() throws Exception {
        Corpus corpus = Corpus.of("She said \"go\" and went\nhome at once, as they say, without a word.");
        GenerationReport report = GenerationReport.of("said \"go\" and went\nhome at once, as they say, snark", corpus);
        JsonNode json = new ObjectMapper().readTree(report.json());
        assertEquals(GenerationReport.class.getRecordComponents().length, json.size());
        assertEquals("said \"go\" and went\nhome at once, as they say, ", json.get("longestCopy").asText());
        assertEquals(report.distinct2(), json.get("distinct2").asDouble(), EXACT);
        assertEquals("snark", json.get("unknownWords").get(0).asText());
        String text = report.text();
        assertEquals(7, text.lines().count(), text);
        assertTrue(text.contains("line 1: \"said \"go\" and went\\nhome"), text);
        assertTrue(text.contains("not in the training text: snark"), text);
    }
}
