package dev.sirocco.text.pronunciation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.text.pronunciation.SpokenWord.Source;
import dev.sirocco.text.speech.SpokenText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PronouncerTest {

    private final Pronouncer pronouncer = new Pronouncer(Lexicon.cmu(), null);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
        "Hello, world.                | HH AH0 L OW1 , W ER1 L D .",
        "Hello                        | HH AH0 L OW1 .",
        "Who? Me!                     | HH UW1 ? / M IY1 !",
        "The FBI; the CIA             | DH IY0 \\ EH1 F \\ B IY1 \\ AY1 , DH AH0 \\ S IY1 \\ AY1 \\ EY1 .",
        "Two A's and a B              | T UW1 \\ EY1 Z \\ AH0 N D \\ AH0 \\ B IY1 .",
        "The apple, the hour, the pear, the European one | DH IY0 \\ AE1 P AH0 L , DH IY0 \\ AW1 ER0 , "
                + "DH AH0 \\ P EH1 R , DH AH0 \\ Y UH2 R AH0 P IY1 AH0 N \\ W AH1 N .",
        "I read it; he had read it.   | AY1 \\ R IY1 D \\ IH1 T , HH IY1 \\ HH AE1 D \\ R EH1 D \\ IH1 T .",
        "It's 5!                      | IH1 T S \\ F AY1 V !",
    })
    void speaksSentences(String text, String symbols) {
        List<String> spoken = SpokenText.of(text).stream().map(pronouncer::pronounce).map(Utterance::toString).toList();
        assertEquals(symbols.replace('\\', '|'), String.join(" / ", spoken));
    }

    @ParameterizedTest
    @CsvSource({
        "hello, HH AH0 L OW1, DICTIONARY", "don't, D OW1 N T, DICTIONARY", "tsunamis, T S UW0 N AA1 M IY0 Z, ENDING",
        "aardvark's, AA1 R D V AA2 R K S, ENDING", "aardvark'll, AA1 R D V AA2 R K AH0 L, ENDING",
        "tweeted, T W IY1 T IH0 D, ENDING", "catnapping, K AE1 T N AE2 P IH0 NG, ENDING",
        "akbashes, AE1 K B AE0 SH IH0 Z, ENDING", "tqx, T IY1 K Y UW1 EH1 K S, SPELLED",
        "tqx's, T IY1 K Y UW1 EH1 K S IH0 Z, SPELLED",
    })
    void triesWordsWithoutTheirEndings(String word, String sounds, Source source) {
        SpokenWord spoken = pronouncer.pronounce(word);
        assertEquals(source, spoken.source());
        assertEquals(sounds, spoken.pronunciation().toString());
    }

    @Test
    void asksTheNetworkForTheRest() {
        List<String> loaded = new ArrayList<>();
        Gpt gpt = new Gpt(SpellingNetwork.config(1, 16, 0), Scope.root(1));
        String longest = "zzyzx".repeat(30);
        try (Pronouncer reading = new Pronouncer(Lexicon.cmu(), () -> {
            loaded.add("once");
            return new SpellingNetwork(gpt, 1, Executors.best());
        })) {
            reading.pronounce("hello");
            assertTrue(loaded.isEmpty());
            for (String word : List.of("zzyzx", "zzyzx", "qwrtp's", longest)) {
                SpokenWord spoken = reading.pronounce(word);
                assertTrue(spoken.source().compareTo(Source.NETWORK) >= 0, word);
            }
            assertEquals(1, loaded.size());
        }
    }

    @Test
    void neverGivesUp() {
        assertEquals(200_000, pronouncer.pronounce("b's".repeat(50_000)).pronunciation().sounds().size());
        assertEquals(Source.SPELLED, pronouncer.pronounce("zq's's's's").source());
    }

    @Test
    void tellsWhereWordsBegin() {
        Utterance utterance = pronouncer.pronounce(SpokenText.of("Well, hello there!").getFirst());
        assertEquals(List.of("well", "hello", "there"), utterance.words().stream().map(SpokenWord::text).toList());
        for (int i = 0; i < utterance.words().size(); i++) {
            List<Sound> sounds = utterance.words().get(i).pronunciation().sounds();
            int start = utterance.starts().get(i);
            assertEquals(sounds.stream().map(SpeechSymbols::of).toList(),
                    utterance.symbols().subList(start, start + sounds.size()));
        }
        assertEquals(SpeechSymbols.EXCLAMATION, utterance.ids()[utterance.ids().length - 1]);
    }

    @Test
    void hasANameForEverySymbol() {
        List<String> names = IntStream.range(0, SpeechSymbols.COUNT).mapToObj(SpeechSymbols::name).toList();
        assertEquals(75, new HashSet<>(names).size());
    }
}
