package dev.sirocco.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BigramModelTest {

    private static final List<String> WORDS = List.of("press", "one", "two", "now", "</s>");
    private static final BigramModel MODEL =
            new BigramModel(List.of(List.of("press", "one"), List.of("press", "two"), List.of("press", "two", "now"),
                    List.of("now")));

    @TempDir
    private Path folder;

    @Test
    void whatMayFollowAddsUpToOne() {
        for (String before : List.of("<s>", "press", "one", "two", "now", "never")) {
            assertEquals(1, WORDS.stream().mapToDouble(word -> MODEL.probability(before, word)).sum(), 1e-12, before);
        }
    }

    @Test
    void whatWasSeenIsLikelier() {
        assertEquals((2 - 0.5) / 3, MODEL.probability("press", "two"), 1e-12);
        assertTrue(MODEL.probability("press", "two") > MODEL.probability("press", "one"));
        assertTrue(MODEL.probability("press", "one") > MODEL.probability("press", "now"));
        assertTrue(MODEL.probability("press", "now") > 0);
    }

    @Test
    void theFileSaysTheSame() throws IOException {
        Path file = folder.resolve("m.arpa");
        MODEL.write(file);
        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.contains("ngram 1=6"), lines.toString());
        assertTrue(lines.contains("-0.301030 press two"), lines.toString());
        String[] press = line(lines, "press").split(" ");
        String[] now = line(lines, "now").split(" ");
        assertEquals(Math.log10(MODEL.probability("press", "now")),
                Double.parseDouble(press[2]) + Double.parseDouble(now[0]), 1e-5);
    }

    private static String line(List<String> lines, String word) {
        return lines.stream().filter(l -> l.split(" ").length == 3 && l.split(" ")[1].equals(word)).findFirst()
                .orElseThrow();
    }
}
