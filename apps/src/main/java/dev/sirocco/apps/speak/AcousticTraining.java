package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.data.SpeechData;
import dev.sirocco.apps.train.BeginningOption;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.apps.train.Moments;
import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.audio.data.Pauses;
import dev.sirocco.audio.data.Recording;
import dev.sirocco.audio.data.Recordings;
import dev.sirocco.audio.features.FrameAnalysis;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.audio.train.AcousticTask;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Acoustic;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.pronunciation.SpeechSymbols;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak train acoustic}: what makes a mel spectrogram of symbols. */
@Command(name = "acoustic", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Trains an acoustic model on recordings with their texts, of one voice or several.",
        "Ctrl-C saves; --resume goes on."})
final class AcousticTraining implements Callable<Integer> {

    private static final double DECAY = 0.01;
    /** Of Muon's learning rate: AdamW's, for all that is not a hidden matrix. */
    private static final double ADAM_SHARE = 0.1;
    /** Longer recordings are cut, in seconds: the alignment's program is as long as the longest. */
    private static final double LONGEST = 16;
    /** Recordings whose spectrograms are measured. */
    private static final int MEASURED = 100;

    @ParentCommand
    private SpeakTraining parent;

    @Option(names = "--data", paramLabel = "NAME=DATA", split = ",", description = {
            "Voices and their recordings: asterisk, or a folder. Several with commas between.",
            "What is named twice is heard twice as often."})
    private List<String> data;

    @Option(names = "--g2p", paramLabel = "DIR", description = "The network that pronounces what the dictionary lacks.")
    private Path g2p;

    @Option(names = "--width", paramLabel = "N", description = "Width of the decoder (default 256).")
    private Integer width;

    @Option(names = "--layers", paramLabel = "N", description = "Layers of the decoder (default 8).")
    private Integer layers;

    @Option(names = "--piece", paramLabel = "N",
            description = "Frames that the decoder learns from at once, of 16 ms (default 128).")
    private Integer piece;

    @Option(names = "--ema", paramLabel = "X",
            description = "Decay of the averages of the weights (default 0.999, 0 for none).")
    private Double ema;

    @Mixin
    private BeginningOption beginning;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private DeviceOption device;

    /** A recording with its symbols and, row by row, its logarithmic mel spectrogram. */
    private record Heard(int[] symbols, int voice, float[][] frames) {}

    private record Lesson(List<Heard> training, List<Heard> held) {}

    @Override
    public Integer call() {
        AcousticRun run = settings();
        Executor executor = device.executor();
        MelSpectrogram mel = MelSpectrogram.speech16k();
        List<String> voices = run.voices().stream().map(AcousticRun.Voice::name).distinct().toList();
        Acoustic.Config small = Acoustic.Config.small(SpeechSymbols.COUNT, voices.size(), mel.nMels());
        Acoustic.Config config = small.withDecoder(run.width(), run.layers());
        Lesson lesson = lesson(run, config, mel, voices, executor);
        AcousticModel.Settings settings = settings(config, mel, voices, lesson);
        Path folder = training.folder();
        training.write(run);
        settings.write(folder);
        train(run, settings, lesson, folder, executor);
        return 0;
    }

    private PrintStream out() {
        return parent.terminal().out();
    }

    private AcousticRun settings() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("data", data == null ? null : String.join(",", data));
        given.put("g2p", g2p);
        given.put("width", width);
        given.put("layers", layers);
        given.put("piece", piece);
        given.put("ema", ema);
        return training.settings(AcousticRun.class, () -> AcousticRun.start(null), given).check();
    }

    // ---- the recordings -----------------------------------------------------------------------------------------

    private Lesson lesson(AcousticRun run, Acoustic.Config config, MelSpectrogram mel, List<String> voices,
            Executor executor) {
        Map<AcousticRun.Voice, Lesson> known = new LinkedHashMap<>();
        List<Heard> all = new ArrayList<>();
        try (Script script = new Script(run.g2p().isEmpty() ? null : Path.of(run.g2p()), executor);
                FrameAnalysis analysis = mel.analysis(executor)) {
            for (AcousticRun.Voice voice : run.voices()) {
                all.addAll(known.computeIfAbsent(voice, v -> {
                    Recordings recordings = SpeechData.read(v.data(), out()::println).withTexts();
                    int number = voices.indexOf(v.name());
                    Lesson heard = new Lesson(heard(recordings.training(), number, config, mel, script, analysis),
                            heard(recordings.held(), number, config, mel, script, analysis));
                    out().printf("%s: %,d of %,d recordings, %.1f minutes, and %,d held out%n", v.name(),
                            heard.training.size(), recordings.training().size(), minutes(heard.training, mel),
                            heard.held.size());
                    return heard;
                }).training);
            }
        }
        if (all.isEmpty()) {
            throw new UserError(
                    "no recording can be learned from: all are longer than %.0f s, or have words that no dictionary has"
                    .formatted(LONGEST));
        }
        return new Lesson(all, known.values().stream().flatMap(lesson -> lesson.held.stream()).toList());
    }

    /**
     * Those whose words are all known; a long one is cut into its sentences, of which those that are too long are left
     * out.
     */
    private static List<Heard> heard(List<Recording> recordings, int voice, Acoustic.Config config, MelSpectrogram mel,
            Script script, FrameAnalysis analysis) {
        List<Heard> all = new ArrayList<>();
        for (Recording recording : recordings) {
            List<int[]> sentences = script.sure(recording.text());
            if (!sentences.isEmpty()) {
                float[][] frames = analysis.of(recording.sound(mel.sampleRate()).samples());
                int[] whole = sentences.stream().flatMapToInt(IntStream::of).toArray();
                if (isFit(whole, frames, config, mel)) {
                    all.add(new Heard(whole, voice, frames));
                } else {
                    all.addAll(cut(sentences, frames, voice, config, mel));
                }
            }
        }
        return all;
    }

    private static boolean isFit(int[] symbols, float[][] frames, Acoustic.Config config, MelSpectrogram mel) {
        return symbols.length <= config.context() && symbols.length <= frames.length
                && frames.length * mel.hop() <= LONGEST * mel.sampleRate();
    }

    private static List<Heard> cut(List<int[]> sentences, float[][] frames, int voice, Acoustic.Config config,
            MelSpectrogram mel) {
        int[] lengths = sentences.stream().mapToInt(sentence -> sentence.length).toArray();
        List<Heard> parts = new ArrayList<>();
        Pauses.between(frames, lengths).ifPresent(cuts -> {
            for (int i = 0; i < lengths.length; i++) {
                float[][] part = Arrays.copyOfRange(frames, i == 0 ? 0 : cuts[i - 1],
                        i == cuts.length ? frames.length : cuts[i]);
                if (isFit(sentences.get(i), part, config, mel)) {
                    parts.add(new Heard(sentences.get(i), voice, part));
                }
            }
        });
        return parts;
    }

    private static double minutes(List<Heard> heard, MelSpectrogram mel) {
        return heard.stream().mapToLong(h -> h.frames.length).sum() * (double) mel.hop() / mel.sampleRate() / 60;
    }

    private static AcousticModel.Settings settings(Acoustic.Config config, MelSpectrogram mel, List<String> voices,
            Lesson lesson) {
        Moments moments = new Moments();
        lesson.training.stream().limit(MEASURED).flatMap(heard -> Arrays.stream(heard.frames)).forEach(moments::add);
        return new AcousticModel.Settings(config, mel, moments.mean(), moments.deviation(), String.join(",", voices));
    }

    // ---- the network --------------------------------------------------------------------------------------------

    private void train(AcousticRun run, AcousticModel.Settings settings, Lesson lesson, Path folder,
            Executor executor) {
        Acoustic acoustic = new Acoustic(settings.network(), Scope.root(run.training().seed()));
        AcousticTask.Config config = new AcousticTask.Config(run.training().batch(), run.piece(), settings.silence(),
                run.training().seed());
        // The interrupt outlives the trainer's own handling of signals, so that the weights are exported too.
        try (Interrupt _ = new Interrupt();
                AcousticTask task = new AcousticTask(acoustic, utterances(lesson.training, settings),
                        utterances(lesson.held, settings), config, executor);
                Trainer trainer = new Trainer(task, optimizer(acoustic, run.training().learningRate()),
                        Schedule.linear(0.02).withWarmup(0.02), run.training().config(1, run.ema()), folder, Map.of(),
                        executor, out())) {
            beginning.start(trainer, training.isResumed(), folder, AcousticModel.COMMAND);
            out().printf("%,d parameters; %s%n", acoustic.parameters().count(), folder);
            trainer.run();
            if (Files.exists(Trainer.lastCheckpoint(folder))) {
                ModelFolder.export(folder);
            }
        }
    }

    private static List<AcousticTask.Utterance> utterances(List<Heard> heard, AcousticModel.Settings settings) {
        return heard.stream().map(h -> new AcousticTask.Utterance(h.symbols, h.voice, settings.normalised(h.frames)))
                .toList();
    }

    /** Muon for the matrices of blocks and layers, AdamW for the rest. */
    private static Optimizer optimizer(Acoustic acoustic, double rate) {
        int text = acoustic.config().textWidth();
        Muon muon = new Muon(rate, DECAY).withRows(p -> p.name().endsWith("qkv.weight") ? List.of(text, text, text)
                : List.of(p.shape().dim(0)));
        return new Optimizer(acoustic.parameters(), new Group(AcousticTraining::isHiddenMatrix, muon),
                Group.all(new AdamW(rate * ADAM_SHARE, 0.9, 0.95, 1e-8, 0)));
    }

    private static boolean isHiddenMatrix(State p) {
        return p.shape().rank() == 2 && !p.name().contains("modulation")
                && (p.name().contains(".convnext.") || p.name().contains(".layers."));
    }
}
