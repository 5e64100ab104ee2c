package dev.sirocco.text.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of written forms and how they are spoken. */
class SpokenTableTest {

    @ParameterizedTest
    @MethodSource("cases")
    void isSpoken(String written, String spoken) {
        assertEquals(spoken, withoutLastStop(spoken(written)));
    }

    @Test
    void hasThreeHundredCases() throws IOException {
        assertTrue(cases().size() >= 300, () -> "the table is too small");
    }

    static List<Arguments> cases() throws IOException {
        try (var in = new BufferedReader(new InputStreamReader(
                SpokenTableTest.class.getResourceAsStream("spoken.tsv"), StandardCharsets.UTF_8))) {
            return in.lines().filter(line -> line.contains("\t") && !line.startsWith("# "))
                    .map(line -> line.split("\t"))
                    .map(columns -> Arguments.of(columns[0], withoutLastStop(columns[1]))).toList();
        }
    }

    /** The sentences as in the table: the names of letters in capitals. */
    private static String spoken(String written) {
        return SpokenText.of(written).stream().map(SpokenTableTest::line).collect(Collectors.joining("|"));
    }

    private static String line(Sentence sentence) {
        StringBuilder line = new StringBuilder();
        for (Part part : sentence.parts()) {
            boolean attached = line.isEmpty() || part instanceof Pause && part != Pause.DASH;
            line.append(attached ? "" : " ").append(part instanceof Word(String text, boolean letter) && letter
                    ? text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) : part.toString());
        }
        return line.toString();
    }

    private static String withoutLastStop(String line) {
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
