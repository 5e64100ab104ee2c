package dev.sirocco.text.pronunciation;

import dev.sirocco.text.pronunciation.SpokenWord.Source;
import dev.sirocco.text.speech.Part;
import dev.sirocco.text.speech.Pause;
import dev.sirocco.text.speech.Sentence;
import dev.sirocco.text.speech.Word;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Sentences to sounds. A word is looked up in the dictionary, heteronyms by their neighbours; one that it lacks is
 * tried without its ending, and then read by the network, which is loaded when it is needed first. Whatever the front
 * end lets through gets a pronunciation. Use by one thread; close it.
 */
public final class Pronouncer implements AutoCloseable {

    /** Longer words are no English: neither are their endings looked at, nor are they remembered. */
    private static final int LONGEST = 3 * SpellingNetwork.LONGEST;
    /** Words of the network's that are remembered. */
    private static final int MOST_REMEMBERED = 4096;

    private static final Pronunciation THE = Pronunciation.of("DH AH0");
    private static final Pronunciation THE_BEFORE_VOWEL = Pronunciation.of("DH IY0");

    private final Lexicon lexicon;
    private final Heteronyms heteronyms = new Heteronyms();
    private final Supplier<SpellingNetwork> source;
    private final Map<String, Optional<Pronunciation>> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<Pronunciation>> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };
    private SpellingNetwork network;

    /**
     * @param network loads the network for words that the dictionary lacks, called once at most; null if there is none:
     *     such words are spelled
     */
    public Pronouncer(Lexicon lexicon, Supplier<SpellingNetwork> network) {
        this.lexicon = lexicon;
        source = network;
    }

    /** How a sentence sounds. */
    public Utterance pronounce(Sentence sentence) {
        List<String> texts = sentence.parts().stream().map(Part::toString).toList();
        List<SpokenWord> words = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        List<Integer> symbols = new ArrayList<>();
        SpokenWord[] spoken = new SpokenWord[texts.size() + 1];             // null for a pause
        for (int i = texts.size() - 1; i >= 0; i--) {                       // "the" depends on what comes next
            spoken[i] = sentence.parts().get(i) instanceof Word word ? pronounce(word, texts, i, spoken[i + 1]) : null;
        }
        for (int i = 0; i < texts.size(); i++) {
            if (sentence.parts().get(i) instanceof Pause pause) {
                symbols.add(SpeechSymbols.of(pause));
                continue;
            }
            if (!symbols.isEmpty() && SpeechSymbols.isSound(symbols.getLast())) {
                symbols.add(SpeechSymbols.BOUNDARY);
            }
            words.add(spoken[i]);
            starts.add(symbols.size());
            spoken[i].pronunciation().sounds().forEach(sound -> symbols.add(SpeechSymbols.of(sound)));
        }
        return new Utterance(words, starts, symbols);
    }

    /**
     * One word.
     *
     * @param texts of the sentence's parts
     * @param next the word that follows without a pause, or null
     */
    private SpokenWord pronounce(Word word, List<String> texts, int position, SpokenWord next) {
        if (word.letter()) {
            return new SpokenWord(word.text(), letter(word.text()), Source.LETTER);
        }
        if (word.text().equals("the")) {
            boolean isBeforeVowel = next != null && next.pronunciation().first().phoneme().isVowel();
            return new SpokenWord(word.text(), isBeforeVowel ? THE_BEFORE_VOWEL : THE, Source.DICTIONARY);
        }
        return heteronyms.choose(texts, position).map(p -> new SpokenWord(word.text(), p, Source.HETERONYM))
                .orElseGet(() -> pronounce(word.text()));
    }

    /** A word by itself: letters a to z, and apostrophes. */
    public SpokenWord pronounce(String word) {
        List<Pronunciation> known = lexicon.pronunciations(word);
        if (!known.isEmpty()) {
            return new SpokenWord(word, known.getFirst(), Source.DICTIONARY);
        }
        if (word.length() > LONGEST) {
            return guess(word, read(word));
        }
        int apostrophe = word.lastIndexOf('\'');
        if (apostrophe > 0) {
            SpokenWord stem = pronounce(word.substring(0, apostrophe));
            Optional<Pronunciation> whole = Endings.contracted(stem.pronunciation(), word.substring(apostrophe));
            if (whole.isPresent()) {
                Source from = stem.source() == Source.DICTIONARY ? Source.ENDING : stem.source();
                return new SpokenWord(word, whole.get(), from);
            }
        }
        return Endings.inflected(word, lexicon).map(p -> new SpokenWord(word, p, Source.ENDING))
                .orElseGet(() -> guess(word, remembered.computeIfAbsent(word, this::read)));
    }

    private SpokenWord guess(String word, Optional<Pronunciation> read) {
        return read.map(p -> new SpokenWord(word, p, Source.NETWORK))
                .orElseGet(() -> new SpokenWord(word, spell(word), Source.SPELLED));
    }

    /** What the network reads; none without one, or if it finds no sounds. A very long word is read piece by piece. */
    private Optional<Pronunciation> read(String word) {
        if (source == null) {
            return Optional.empty();
        }
        if (network == null) {
            network = source.get();
        }
        List<String> pieces = new ArrayList<>();
        for (int from = 0; from < word.length(); from += SpellingNetwork.LONGEST) {
            pieces.add(word.substring(from, Math.min(from + SpellingNetwork.LONGEST, word.length())));
        }
        List<Sound> sounds = network.sounds(pieces).stream().flatMap(List::stream).toList();
        return sounds.isEmpty() ? Optional.empty() : Optional.of(new Pronunciation(sounds));
    }

    private Pronunciation spell(String word) {
        return new Pronunciation(word.chars().filter(Character::isLetter)
                .mapToObj(c -> letter(Character.toString(c)).sounds()).flatMap(List::stream).toList());
    }

    /** The name of a letter, perhaps with {@code 's}. They are in the dictionary as {@code a.} */
    private Pronunciation letter(String text) {
        Pronunciation name = lexicon.pronunciations(text.charAt(0) + ".").getFirst();
        return text.endsWith("'s") ? Endings.plural(name) : name;
    }

    @Override
    public void close() {
        if (network != null) {
            network.close();
        }
    }
}
