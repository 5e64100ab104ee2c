package dev.sirocco.apps.speak;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.features.FrameAnalysis;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.audio.tarsos.PitchTracker;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.HarmonicSynthesis;
import dev.sirocco.models.zoo.HarmonicVocos;
import dev.sirocco.models.zoo.Synthesis;
import dev.sirocco.tensor.exec.Executor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;

/**
 * What makes the sound of a mel spectrogram, as its folder holds it.
 *
 * @param mel how the spectrogram is made
 * @param starter starts it on an executor
 */
record Vocoder(MelSpectrogram mel, Function<Executor, Synthesis> starter) {

    /** What makes such folders. */
    static final String COMMAND = "sirocco speak train vocoder";

    /** Semitones are divided by five. */
    private static final int PITCHES = 185;

    /** What {@link ModelFolder#CONFIG} says. The spectrogram's sizes that the network has too are the same. */
    record Settings(HarmonicVocos.Config network, MelSpectrogram mel) {

        static Settings of(MelSpectrogram mel, int width, int layers) {
            PitchTracker tracker = PitchTracker.SPEECH;
            return new Settings(new HarmonicVocos.Config(mel.nMels(), width, 3 * width, layers, 2 * mel.hop(),
                    mel.hop(), mel.sampleRate(), tracker.lowest(), tracker.highest(), PITCHES), mel);
        }

        void write(Path folder) {
            JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(this));
        }
    }

    /**
     * One of ours, or a {@linkplain PublishedVocos published} one.
     *
     * @throws dev.sirocco.tensor.ir.UserError if the folder holds no vocoder
     */
    static Vocoder load(Path folder) {
        return PublishedVocos.find(folder).orElseGet(() -> ours(folder));
    }

    private static Vocoder ours(Path folder) {
        Path weights = ModelFolder.weights(folder, COMMAND);
        Settings settings = JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> Records.fromTexts(Settings.class, texts));
        HarmonicVocos network =
                ModelFolder.network(weights, scope -> new HarmonicVocos(settings.network, scope));
        return new Vocoder(settings.mel, executor -> new HarmonicSynthesis(network, executor));
    }

    Synthesis synthesis(Executor executor) {
        return starter.apply(executor);
    }

    /** The same words again by this vocoder: of the rate of its spectrogram, and of the sound's length. */
    Sound revoiced(Sound sound, Executor executor) {
        Sound heard = sound.resampled(mel.sampleRate());
        int length = heard.samples().length;
        // Silence up to a whole hop, and a hop more, so that no sample is cut off.
        float[] whole = Arrays.copyOf(heard.samples(), (Math.ceilDiv(length, mel.hop()) + 1) * mel.hop());
        try (FrameAnalysis analysis = mel.analysis(executor);
                Synthesis synthesis = synthesis(executor)) {
            float[] made = synthesis.sound(analysis.of(whole));
            return new Sound(Arrays.copyOf(made, length), mel.sampleRate());
        }
    }
}
