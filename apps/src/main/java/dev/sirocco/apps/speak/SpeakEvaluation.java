package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.OutputNames;
import dev.sirocco.apps.Terminal;
import dev.sirocco.apps.data.SpeechData;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.data.Recording;
import dev.sirocco.audio.data.Recordings;
import dev.sirocco.audio.features.FrameAnalysis;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import dev.sirocco.text.Edits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak eval}: how well speech is understood. */
@Command(name = "eval", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Measures on held-out recordings how many words pocketsphinx gets wrong: in the recordings, in the same "
        + "revoiced by the vocoder, in their texts as the model speaks them, and as flite and espeak-ng do where these "
        + "are installed.",
        "With --texts the lines of a file are spoken, and there are no recordings.",
        "pocketsphinx knows the words of all texts and which follow which, and nothing else of them."},
        subcommands = PronunciationEvaluation.class)
final class SpeakEvaluation implements Callable<Integer> {

    @ParentCommand
    private Speak parent;

    @Option(names = "--data", paramLabel = "DATA", defaultValue = "asterisk",
            description = "asterisk (default), or a folder of recordings.")
    private String data;

    @Option(names = "--texts", paramLabel = "FILE", description = "A text in each line.")
    private Path file;

    @Option(names = "--without-model", description = "Only the recordings and the other programs.")
    private boolean isWithoutModel;

    @Option(names = "--mel", paramLabel = "FILE",
            description = "Draw the first text's spectrograms as PNG: recorded, revoiced, spoken.")
    private Path mel;

    @Mixin
    private VoiceOptions who;

    @Mixin
    private DeviceOption device;

    Terminal terminal() {
        return parent.terminal();
    }

    @Override
    public Integer call() {
        who.check();
        checkMel();
        if (file == null) {
            evaluate(SpeechData.read(data, terminal().out()::println).withTexts());
        } else {
            List<String> texts = Corpus.read(file).text().lines().filter(line -> !line.isBlank()).toList();
            try (Recogniser recogniser = new Recogniser(texts)) {
                if (!isWithoutModel) {
                    Executor executor = device.executor();
                    row(recogniser, "sirocco", texts, spoken(texts, who.vocoder(), executor));
                }
                programs(recogniser, texts);
            }
        }
        return 0;
    }

    private void checkMel() {
        if (mel != null) {
            OutputNames.check(mel, ".png");
            if (file != null || isWithoutModel) {
                throw new UserError("--mel compares a recording with the model's speech: leave out "
                        + (file != null ? "--texts" : "--without-model"));
            }
        }
    }

    /** On those held out, or on all where there are too few to hold any out. */
    private void evaluate(Recordings recordings) {
        List<Recording> held = recordings.held().isEmpty() ? recordings.training() : recordings.held();
        List<String> texts = held.stream().map(Recording::text).toList();
        List<Sound> recorded = held.stream().map(recording -> recording.sound(Recogniser.RATE)).toList();
        List<String> all = Stream.concat(recordings.training().stream(), recordings.held().stream())
                .map(Recording::text).toList();
        try (Recogniser recogniser = new Recogniser(all)) {
            row(recogniser, "recordings", texts, recorded);
            if (!isWithoutModel) {
                Executor executor = device.executor();
                Vocoder loaded = who.vocoder();
                List<Sound> revoiced = recorded.stream().map(sound -> loaded.revoiced(sound, executor)).toList();
                row(recogniser, "recordings, revoiced", texts, revoiced);
                List<Likeness> alike = IntStream.range(0, recorded.size())
                        .mapToObj(i -> Likeness.of(recorded.get(i), revoiced.get(i))).toList();
                terminal().out().printf("%-24s %s%n", "", Likeness.mean(alike));
                List<Sound> spoken = spoken(texts, loaded, executor);
                row(recogniser, "sirocco", texts, spoken);
                if (mel != null) {
                    draw(loaded, executor, recorded.getFirst(), revoiced.getFirst(), spoken.getFirst());
                }
            }
            programs(recogniser, texts);
        }
    }

    private void draw(Vocoder loaded, Executor executor, Sound recorded, Sound revoiced, Sound spoken) {
        SequencedMap<String, float[][]> spectrograms = new LinkedHashMap<>();
        try (FrameAnalysis analysis = loaded.mel().analysis(executor)) {
            spectrograms.put("recorded", rows(analysis, recorded, loaded));
            spectrograms.put("revoiced", rows(analysis, revoiced, loaded));
            spectrograms.put("spoken from text", rows(analysis, spoken, loaded));
        }
        MelPicture.compare(spectrograms, mel);
    }

    private static float[][] rows(FrameAnalysis analysis, Sound sound, Vocoder loaded) {
        return analysis.of(sound.resampled(loaded.mel().sampleRate()).samples());
    }

    private void programs(Recogniser recogniser, List<String> texts) {
        program(recogniser, texts, "flite", "-voice", "slt", "-t", "TEXT", "-o", "FILE");
        program(recogniser, texts, "espeak-ng", "-v", "en-us", "-w", "FILE", "TEXT");
    }

    /** Whatever is left out or said twice shows in the words that lie side by side, and in the time for a word. */
    private void row(Recogniser recogniser, String name, List<String> texts, List<Sound> sounds) {
        List<List<String>> heard = recogniser.hear(sounds);
        int words = 0;
        Edits edits = Edits.NONE;
        DoubleSummaryStatistics pace = new DoubleSummaryStatistics();
        for (int i = 0; i < texts.size(); i++) {
            List<String> said = Recogniser.words(texts.get(i));
            words += said.size();
            edits = edits.plus(Edits.of(said, heard.get(i)));
            pace.accept(sounds.get(i).seconds() / said.size());
        }
        terminal().out().printf(Locale.ROOT, "%-24s %5.1f %% of %,d words wrong: %d changed, %d left out (%d together "
                + "at most), %d put in (%d together); %.2f to %.2f s a word%n", name, 100.0 * edits.total() / words,
                words, edits.changed(), edits.leftOut(), edits.longestLeftOut(), edits.putIn(), edits.longestPutIn(),
                pace.getMin(), pace.getMax());
        terminal().flush();
    }

    private List<Sound> spoken(List<String> texts, Vocoder loaded, Executor executor) {
        try (ReadAloud reader = new ReadAloud(who, loaded, executor)) {
            return texts.stream().map(reader::read).toList();
        }
    }

    /** Another program, if it is there, told the text and the file to write in its arguments. */
    private void program(Recogniser recogniser, List<String> texts, String... command) {
        List<Sound> sounds = new ArrayList<>();
        Path spoken = null;
        try {
            spoken = Files.createTempFile("sirocco", ".wav");
            for (String text : texts) {
                String name = spoken.toString();
                new ProcessBuilder(Arrays.stream(command).map(part -> part.equals("TEXT") ? text
                        : part.equals("FILE") ? name : part).toList())
                        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
                sounds.add(Sound.read(spoken));
            }
        } catch (IOException _) {
            terminal().out().printf("%-24s not installed%n", command[0]);
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        } finally {
            delete(spoken);
        }
        row(recogniser, command[0], texts, sounds);
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException _) {
            // The system clears its folder of temporary files.
        }
    }
}
