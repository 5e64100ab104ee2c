package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Range;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.text.pronunciation.Lexicon;
import dev.sirocco.text.pronunciation.LexiconSplit;
import dev.sirocco.text.pronunciation.Pronunciation;
import dev.sirocco.text.pronunciation.PronunciationErrors;
import dev.sirocco.text.pronunciation.Sound;
import dev.sirocco.text.pronunciation.SpellingNetwork;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak eval g2p}: how often a network agrees with the dictionary on words that it has not learnt. */
@Command(name = "g2p", mixinStandardHelpOptions = true, sortOptions = false, description =
        "Measures a pronunciation network on the tenth of the CMU Pronouncing Dictionary that it was not trained on.")
final class PronunciationEvaluation implements Callable<Integer> {

    private static final int BATCH = 64;

    @ParentCommand
    private SpeakEvaluation parent;

    @Option(names = "--model", paramLabel = "DIR", required = true,
            description = "A folder that `" + PronunciationTraining.COMMAND + "` wrote.")
    private Path folder;

    @Option(names = "--words", paramLabel = "N", description = "Measure on so many words only, evenly chosen.")
    private Integer words;

    @Option(names = "--show", paramLabel = "N", defaultValue = "0", description = "Show so many wrong ones.")
    private int shown;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        new Range("--words", 1, 1e9).check(words);
        Lexicon lexicon = Lexicon.cmu();
        List<String> held = few(LexiconSplit.of(lexicon).held());
        PronunciationErrors stressed = PronunciationErrors.NONE;
        PronunciationErrors plain = PronunciationErrors.NONE;
        PrintStream out = parent.terminal().out();
        Path weights = ModelFolder.weights(folder, PronunciationTraining.COMMAND);
        try (SpellingNetwork network = SpellingNetwork.load(weights, BATCH, device.executor())) {
            List<List<Sound>> found = network.sounds(held);
            for (int i = 0; i < held.size(); i++) {
                List<Pronunciation> right = lexicon.pronunciations(held.get(i));
                int wrongBefore = plain.wrongWords();
                stressed = stressed.plus(found.get(i), right.stream().map(Pronunciation::sounds).toList());
                plain = plain.plus(found.get(i).stream().map(Sound::phoneme).toList(),
                        right.stream().map(Pronunciation::phonemes).toList());
                if (plain.wrongWords() > wrongBefore && plain.wrongWords() <= shown) {
                    out.printf("%s: %s, right: %s%n", held.get(i), found.get(i).stream().map(Sound::toString)
                            .collect(Collectors.joining(" ")), right.getFirst());
                }
            }
        }
        out.printf("%,d words held out; wrong: %s; with stress %s%n", held.size(), plain, stressed);
        return 0;
    }

    private List<String> few(List<String> all) {
        int step = words == null ? 1 : Math.max(1, all.size() / words);
        return IntStream.range(0, all.size()).filter(i -> i % step == 0).mapToObj(all::get).toList();
    }
}
