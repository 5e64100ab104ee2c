package dev.sirocco.apps.speak;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.data.SpeechData;
import dev.sirocco.apps.train.BeginningOption;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.apps.train.TrainingSettings;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.data.Recording;
import dev.sirocco.audio.data.Recordings;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.audio.tarsos.PitchTracker;
import dev.sirocco.audio.train.Room;
import dev.sirocco.audio.train.VocoderTask;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.HarmonicVocos;
import dev.sirocco.models.zoo.VocosDiscriminators;
import dev.sirocco.tensor.exec.Executor;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak train vocoder}: what makes the sound of a mel spectrogram. */
@Command(name = "vocoder", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Trains a vocoder on recordings of speech: to match their spectra, then, if wanted, against adversaries, to be "
        + "taken for them.", "Ctrl-C saves; --resume goes on."})
final class VocoderTraining implements Callable<Integer> {

    private static final String SPECTRAL = "spectral";
    /** Of the learning rate, where adversaries have to keep up. */
    private static final double ADVERSARIAL_RATE = 0.5;
    /** Of Muon's learning rate: AdamW's, for all that is not a hidden matrix. */
    private static final double ADAM_SHARE = 0.05;
    /** Largest norm of the gradients. */
    private static final double CLIP = 100;

    /**
     * How aperiodic a frame may be whose pitch gives pulses: how much is to be heard of these between breath and voice,
     * the network learns.
     */
    private static final double FAINT = 0.5;

    @ParentCommand
    private SpeakTraining parent;

    @Option(names = "--data", paramLabel = "DATA", split = ",", description = {
            "Recordings: asterisk, asterisk-world, or a folder. Several with commas between.",
            "What is named twice is heard twice as often."})
    private List<String> data;

    @Option(names = "--paces", paramLabel = "X[,X...]", split = ",", description = {
            "How fast the recordings are played, each at each (default 1).", "Others than 1 are other voices."})
    private List<Double> paces;

    @Option(names = "--rooms", paramLabel = "N", description = {
            "In how many rooms, with echo and noise, each recording is heard, besides as it is (default 1)."})
    private Integer rooms;

    @Option(names = "--width", paramLabel = "N", description = "Width of the network (default 256).")
    private Integer width;

    @Option(names = "--layers", paramLabel = "N", description = "Layers of the network (default 8).")
    private Integer layers;

    @Option(names = "--frames", paramLabel = "N",
            description = "Frames of the pieces that are learned from, of 16 ms (default 24).")
    private Integer frames;

    @Option(names = "--stft", paramLabel = "X",
            description = "Weight of the distance of spectra at several resolutions (default 5).")
    private Double stft;

    @Option(names = "--spectral", paramLabel = "X",
            description = "Share of the run without adversaries, in front (default 1: there are none).")
    private Double spectral;

    @Option(names = "--ema", paramLabel = "X",
            description = "Decay of the averages of the weights (default 0.999, 0 for none).")
    private Double ema;

    @Mixin
    private BeginningOption beginning;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private DeviceOption device;

    private record Lesson(List<VocoderTask.Take> training, List<VocoderTask.Take> held) {

        double hours(int rate) {
            return training.stream().mapToLong(take -> take.samples().length).sum() / 3600.0 / rate;
        }
    }

    @Override
    public Integer call() {
        VocoderRun run = settings();
        Executor executor = device.executor();
        Vocoder.Settings settings = Vocoder.Settings.of(MelSpectrogram.speech16k(), run.width(), run.layers());
        Lesson lesson = lesson(run, settings.mel());
        out().printf("%.1f hours of recordings, %,d held out%n", lesson.hours(settings.mel().sampleRate()),
                lesson.held.size());
        Path folder = training.folder();
        training.write(run);
        settings.write(folder);
        // The interrupt outlives the trainers' own handling of signals, so that the weights are exported too.
        try (Interrupt interrupt = new Interrupt()) {
            Path first = run.spectral() == 1 ? folder : folder.resolve(SPECTRAL);
            if (run.spectral() > 0 && !trainSpectral(run, settings, lesson, first, executor)) {
                return 0;
            }
            if (run.spectral() < 1 && !interrupt.isRequested()) {
                trainAdversarial(run, settings, lesson, first, executor);
            }
        }
        return 0;
    }

    private PrintStream out() {
        return parent.terminal().out();
    }

    private VocoderRun settings() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("data", data == null ? null : String.join(",", data));
        given.put("pace", paces == null ? null
                : paces.stream().map(String::valueOf).collect(Collectors.joining(",")));
        given.put("rooms", rooms);
        given.put("width", width);
        given.put("layers", layers);
        given.put("frames", frames);
        given.put("stft", stft);
        given.put("spectral", spectral);
        given.put("ema", ema);
        return training.settings(VocoderRun.class, () -> VocoderRun.start(null), given).check();
    }

    private Lesson lesson(VocoderRun run, MelSpectrogram mel) {
        Map<String, Lesson> known = new LinkedHashMap<>();
        List<VocoderTask.Take> all = new ArrayList<>();
        for (String name : run.names()) {
            all.addAll(known.computeIfAbsent(name, n -> {
                Recordings recordings = SpeechData.read(n, out()::println);
                return new Lesson(takes(recordings.training(), run.rooms(), run.paces(), mel),
                        takes(recordings.held(), 0, List.of(1.0), mel));
            }).training);
        }
        return new Lesson(all, known.values().stream().flatMap(lesson -> lesson.held.stream()).toList());
    }

    /** Each recording, as it is and in rooms, at each pace: a faster one has a higher voice (Ko et al. 2015). */
    private static List<VocoderTask.Take> takes(List<Recording> recordings, int rooms, List<Double> paces,
            MelSpectrogram mel) {
        return IntStream.range(0, recordings.size()).parallel().boxed().flatMap(i -> {
            Sound sound = recordings.get(i).sound(mel.sampleRate());
            return IntStream.rangeClosed(0, rooms).boxed().flatMap(room -> {
                Sound heard = room == 0 ? sound : Room.random((long) i * rooms + room).heard(sound);
                float[] f0 = pitch(heard, mel.hop());
                return paces.stream().map(pace -> take(heard, f0, pace, mel));
            });
        }).toList();
    }

    /**
     * In Hz, around the middle of each hop; 0 where there is none, not even a faint one. A voice begins and ends within
     * the frames beside those that are periodic all through.
     */
    private static float[] pitch(Sound sound, int hop) {
        // The tracker's frames lie around whole hops.
        int half = Math.min(hop / 2, sound.samples().length - 1);
        Sound rest = new Sound(Arrays.copyOfRange(sound.samples(), half, sound.samples().length), sound.rate());
        PitchTracker tracker = PitchTracker.SPEECH.withHop(hop / (double) sound.rate());
        float[] f0 = tracker.f0(rest);
        float[] faint = tracker.withThreshold(FAINT).f0(rest);
        for (int t = 0; t < f0.length; t++) {
            f0[t] = f0[t] > 0 ? f0[t] : faint[t];
        }
        float[] wider = f0.clone();
        for (int t = 0; t < f0.length; t++) {
            if (f0[t] == 0) {
                float before = t > 0 ? f0[t - 1] : 0;
                float after = t + 1 < f0.length ? f0[t + 1] : 0;
                wider[t] = after > 0 ? after : before;
            }
        }
        return wider;
    }

    private static VocoderTask.Take take(Sound sound, float[] f0, double pace, MelSpectrogram mel) {
        int rate = mel.sampleRate();
        float[] samples = new Sound(sound.samples(), (int) Math.round(rate * pace)).resampled(rate).samples();
        float[] paced = new float[samples.length / mel.hop()];
        for (int t = 0; t < paced.length; t++) {
            paced[t] = (float) pace * f0[Math.min((int) ((t + 0.5) * pace), f0.length - 1)];
        }
        return new VocoderTask.Take(samples, paced);
    }

    // ---- the two parts ----------------------------------------------------------------------------------------------

    /**
     * Trains without adversaries, unless that is done already.
     *
     * @return whether it came to its end
     */
    private boolean trainSpectral(VocoderRun run, Vocoder.Settings settings, Lesson lesson, Path folder,
            Executor executor) {
        if (Files.exists(folder.resolve(ModelFolder.WEIGHTS)) && !folder.equals(training.out())) {
            return true;
        }
        HarmonicVocos vocos = new HarmonicVocos(settings.network(), Scope.root(run.training().seed()));
        Optimizer optimizer = optimizer(vocos, run.training().learningRate());
        VocoderTask task = task(run, vocos, null, settings, lesson);
        return train(run, run.spectralTraining(), task, optimizer, folder, executor, "spectra alone");
    }

    private void trainAdversarial(VocoderRun run, Vocoder.Settings settings, Lesson lesson, Path spectralFolder,
            Executor executor) {
        Scope scope = Scope.root(run.training().seed());
        HarmonicVocos vocos = new HarmonicVocos(settings.network(), scope);
        if (run.spectral() > 0) {
            Checkpoint.open(Trainer.bestCheckpoint(spectralFolder)).restoreWeights(vocos.parameters().all());
        }
        var adversaries = new VocosDiscriminators(VocosDiscriminators.Config.small(), scope.at("training"));
        Optimizer optimizer = optimizer(vocos, run.training().learningRate() * ADVERSARIAL_RATE);
        VocoderTask task = task(run, vocos, adversaries, settings, lesson);
        train(run, run.adversarialTraining(), task, optimizer, training.out(), executor, "against adversaries");
    }

    private static VocoderTask task(VocoderRun run, HarmonicVocos vocos, VocosDiscriminators adversaries,
            Vocoder.Settings settings, Lesson lesson) {
        return new VocoderTask(vocos, adversaries, settings.mel(), lesson.training, lesson.held,
                new VocoderTask.Config(run.training().batch(), run.frames(), run.stft(), run.training().seed()));
    }

    /**
     * Muon for the matrices within the vocoder's blocks; AdamW for the rest, with the authors' momenta, which are
     * short.
     */
    private static Optimizer optimizer(HarmonicVocos vocos, double rate) {
        return new Optimizer(vocos.parameters(),
                new Group(p -> p.shape().rank() == 2 && p.name().contains(".convnext."), new Muon(rate, 0)),
                Group.all(new AdamW(rate * ADAM_SHARE, 0.8, 0.9, 1e-8, 0)));
    }

    private boolean train(VocoderRun run, TrainingSettings part, VocoderTask task, Optimizer optimizer, Path folder,
            Executor executor, String how) {
        try (Trainer trainer = new Trainer(task, optimizer, Schedule.cosine(0.05).withWarmup(0.02),
                part.config(CLIP, run.ema()), folder, Map.of(), executor, out())) {
            boolean isBegun = Files.exists(Trainer.lastCheckpoint(folder));
            boolean isFirst = !folder.equals(training.out()) || run.spectral() == 0 || run.spectral() == 1;
            if (isBegun || isFirst) {
                beginning.start(trainer, isBegun, training.out(), Vocoder.COMMAND);
            }
            long vocoder = task.parameters().trainable().stream().filter(p -> !ModelFolder.IS_TRAINING.test(p.name()))
                    .mapToLong(p -> p.shape().numel()).sum();
            out().printf("%s: %,d parameters, %,d of adversaries; %s%n", how, vocoder,
                    task.parameters().count() - vocoder, folder);
            boolean isComplete = trainer.run().isComplete();
            boolean isModel = folder.equals(training.out());
            if (isComplete || isModel && Files.exists(Trainer.lastCheckpoint(folder))) {
                ModelFolder.export(folder);
            }
            return isComplete;
        }
    }
}
