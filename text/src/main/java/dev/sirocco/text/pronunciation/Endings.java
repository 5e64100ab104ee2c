package dev.sirocco.text.pronunciation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** How a word sounds with an ending, given how it sounds without. */
final class Endings {

    private static final Map<String, Pronunciation> CONTRACTIONS = Map.of("'ll", Pronunciation.of("AH0 L"),
            "'ve", Pronunciation.of("AH0 V"), "'re", Pronunciation.of("ER0"), "'d", Pronunciation.of("AH0 D"));
    /** Shorter stems are seldom what they seem: {@code aes}. */
    private static final int SHORTEST_STEM = 3;

    private Endings() {}

    // ---- sounds -----------------------------------------------------------------------------------------------

    /** With the s of plurals, possessives and verbs: {@code cats}, {@code dogs}, {@code buses}. */
    static Pronunciation plural(Pronunciation stem) {
        Phoneme last = stem.last().phoneme();
        return stem.plus(Pronunciation.of(last.isSibilant() ? "IH0 Z" : last.isVoiced() ? "Z" : "S"));
    }

    /** With -ed: {@code kissed}, {@code hugged}, {@code wanted}. */
    static Pronunciation past(Pronunciation stem) {
        Phoneme last = stem.last().phoneme();
        boolean isDental = last == Phoneme.T || last == Phoneme.D;
        return stem.plus(Pronunciation.of(isDental ? "IH0 D" : last.isVoiced() ? "D" : "T"));
    }

    /** With -ing. */
    static Pronunciation progressive(Pronunciation stem) {
        return stem.plus(Pronunciation.of("IH0 NG"));
    }

    // ---- letters ----------------------------------------------------------------------------------------------

    /** A word that the dictionary has without its -s, -ed or -ing. */
    static Optional<Pronunciation> inflected(String word, Lexicon lexicon) {
        if (word.endsWith("ing")) {
            return stem(cut(word, 3), lexicon).map(Endings::progressive);
        }
        if (word.endsWith("ed")) {
            return stem(cut(word, 2), lexicon).map(Endings::past);
        }
        if (word.endsWith("s") && !word.endsWith("ss")) {
            Stream<String> withoutMore = word.endsWith("ies") ? Stream.of(cut(word, 3) + "y")
                    : word.matches(".*(s|x|z|ch|sh)es") ? Stream.of(cut(word, 2)) : Stream.empty();
            return first(Stream.concat(Stream.of(cut(word, 1)), withoutMore), lexicon).map(Endings::plural);
        }
        return Optional.empty();
    }

    /** What an apostrophe and the letters behind it add to a word's sounds; none if it is no ending of any word. */
    static Optional<Pronunciation> contracted(Pronunciation stem, String ending) {
        return ending.equals("'s") ? Optional.of(plural(stem))
                : Optional.ofNullable(CONTRACTIONS.get(ending)).map(stem::plus);
    }

    /** The stem of -ed or -ing: as it stands, with its y, its e, or without its doubled consonant. */
    private static Optional<Pronunciation> stem(String rest, Lexicon lexicon) {
        if (rest.endsWith("i")) {
            return first(Stream.of(cut(rest, 1) + "y"), lexicon);
        }
        boolean isDoubled = rest.matches(".*([bdfgklmnprtvz])\\1");
        Stream<String> undoubled = isDoubled ? Stream.of(cut(rest, 1)) : Stream.empty();
        return first(Stream.concat(Stream.of(rest, rest + "e"), undoubled), lexicon);
    }

    private static Optional<Pronunciation> first(Stream<String> stems, Lexicon lexicon) {
        return stems.filter(stem -> stem.length() >= SHORTEST_STEM).map(lexicon::pronunciations)
                .filter(found -> !found.isEmpty()).map(List::getFirst).findFirst();
    }

    private static String cut(String word, int letters) {
        return word.substring(0, word.length() - letters);
    }
}
