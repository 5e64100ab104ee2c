package dev.sirocco.text.pronunciation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Words that are written alike and spoken differently, {@code read} and {@code record}: which reading fits follows from
 * their {@link Neighbours}, by the table in {@code heteronyms.tsv}. Immutable.
 */
final class Heteronyms {

    private static final String TABLE = "heteronyms.tsv";
    private static final String CUES = " : ";

    /**
     * One way to read a word.
     *
     * @param part what the word is then; null if no part of speech tells it apart
     * @param cues words nearby that call for this reading
     */
    private record Reading(PartOfSpeech part, Pronunciation pronunciation, Set<String> cues) {

        /** From {@code noun B OW1 : arrow tie}. */
        static Reading of(String column) {
            int part = column.indexOf(' ');
            int colon = column.indexOf(CUES);
            String name = column.substring(0, part);
            return new Reading(name.equals("-") ? null : PartOfSpeech.valueOf(name.toUpperCase(Locale.ROOT)),
                    Pronunciation.of(column.substring(part + 1, colon < 0 ? column.length() : colon)),
                    colon < 0 ? Set.of() : Set.of(column.substring(colon + CUES.length()).split(" ")));
        }

        Reading withEnding(Pronunciation inflected) {
            return new Reading(part, inflected, cues);
        }
    }

    private final Map<String, List<Reading>> readings = new HashMap<>();

    /** Reads the table. */
    Heteronyms() {
        try (var in = new BufferedReader(new InputStreamReader(
                Heteronyms.class.getResourceAsStream(TABLE), StandardCharsets.UTF_8))) {
            in.lines().filter(line -> !line.startsWith("#")).map(line -> line.split("\t")).forEach(columns -> {
                List<Reading> row = new ArrayList<>();
                for (int i = 1; i < columns.length; i++) {
                    row.add(Reading.of(columns[i]));
                }
                readings.put(columns[0], row);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The reading of a word in its sentence that its neighbours call for; none if the word is no heteronym. */
    Optional<Pronunciation> choose(List<String> words, int position) {
        String word = words.get(position);
        Neighbours neighbours = new Neighbours(words, position);
        String ending = word.endsWith("'s") ? "'s" : word.endsWith("s") ? "s" : "";
        String stem = word.substring(0, word.length() - ending.length());
        List<Reading> row = readings.get(word);
        if (row != null) {
            return Optional.of(choose(row, neighbours,
                    !ending.isEmpty() && readings.containsKey(stem) ? neighbours.partsOfPlural() : neighbours.parts()));
        }
        List<Reading> inflected = readings.getOrDefault(stem, List.of()).stream()
                .filter(r -> r.part == PartOfSpeech.NOUN || r.part == PartOfSpeech.VERB)
                .map(r -> r.withEnding(Endings.plural(r.pronunciation))).toList();
        return inflected.isEmpty() ? Optional.empty() : Optional.of(choose(inflected, neighbours,
                ending.equals("'s") ? List.of(PartOfSpeech.NOUN) : neighbours.partsOfPlural()));
    }

    private static Pronunciation choose(List<Reading> readings, Neighbours neighbours, List<PartOfSpeech> parts) {
        if (!neighbours.followBeOrHave()) {                // a participle stands there, whatever else is near
            for (Reading reading : readings) {
                if (neighbours.have(reading.cues)) {
                    return reading.pronunciation;
                }
            }
        }
        for (PartOfSpeech part : parts) {
            for (Reading reading : readings) {
                if (reading.part == part) {
                    return reading.pronunciation;
                }
            }
        }
        return readings.stream().filter(r -> neighbours.have(r.cues)).findFirst().orElse(readings.getFirst())
                .pronunciation;
    }
}
