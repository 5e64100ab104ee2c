package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Terminal;
import dev.sirocco.apps.data.SpeechData;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.data.Recording;
import dev.sirocco.audio.data.Recordings;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import dev.sirocco.text.Edits;
import dev.sirocco.text.speech.SpokenText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
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
                row(recogniser, "sirocco", texts, spoken(texts, loaded, executor));
            }
            programs(recogniser, texts);
        }
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
        AcousticModel model = who.acoustic();
        Speaker.Manner manner = who.manner(model, 1, 0);
        List<Sound> sounds = new ArrayList<>();
        try (Script script = who.script(executor); Speaker speaker = new Speaker(model, loaded, executor)) {
            for (String text : texts) {
                List<float[]> pieces = SpokenText.of(text).stream()
                        .flatMap(sentence -> script.pieces(sentence, speaker.most()).stream())
                        .map(symbols -> speaker.speak(symbols, manner, 1).sound().samples()).toList();
                sounds.add(new Sound(joined(pieces), model.settings().mel().sampleRate()));
            }
        }
        return sounds;
    }

    private static float[] joined(List<float[]> pieces) {
        float[] all = new float[pieces.stream().mapToInt(piece -> piece.length).sum()];
        int at = 0;
        for (float[] piece : pieces) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        return all;
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
