package dev.sirocco.text.pronunciation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HeteronymsTest {

    private static final Heteronyms HETERONYMS = new Heteronyms();

    @ParameterizedTest
    @MethodSource("cases")
    void areReadAsTheirNeighboursSay(String sentence, String sounds) {
        List<String> marked = Stream.of(sentence.toLowerCase(Locale.ROOT).split(" "))
                .map(w -> w.replaceAll("[.,?]", "")).toList();
        int position = IntStream.range(0, marked.size()).filter(i -> marked.get(i).startsWith("*")).findFirst()
                .orElseThrow();
        List<String> words = marked.stream().map(w -> w.replace("*", "")).toList();
        assertEquals(Optional.of(Pronunciation.of(sounds)), HETERONYMS.choose(words, position), sentence);
    }

    @Test
    void areSixtyCases() throws IOException {
        assertTrue(cases().size() >= 60);
    }

    @Test
    void areFewWords() {
        assertEquals(Optional.empty(), HETERONYMS.choose(List.of("a", "dog", "barks"), 1));
        assertEquals(Optional.empty(), HETERONYMS.choose(List.of("s"), 0));
    }

    static List<Arguments> cases() throws IOException {
        try (var in = new BufferedReader(new InputStreamReader(
                HeteronymsTest.class.getResourceAsStream("heteronym-cases.tsv"), StandardCharsets.UTF_8))) {
            return in.lines().filter(line -> !line.startsWith("#")).map(line -> line.split("\t"))
                    .map(columns -> Arguments.of(columns[0], columns[1])).toList();
        }
    }
}
