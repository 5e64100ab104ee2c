package dev.sirocco.apps.speak;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.features.FrameAnalysis;
import dev.sirocco.audio.features.Framing;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.Vocos;
import dev.sirocco.models.zoo.VocosSynthesis;
import dev.sirocco.tensor.exec.Executor;
import java.nio.file.Path;
import java.util.Arrays;

/** What makes the sound of a mel spectrogram, as its folder holds it. */
record Vocoder(Vocos network, MelSpectrogram mel) {

    /** What makes such folders. */
    static final String COMMAND = "sirocco speak train vocoder";

    /** What {@link ModelFolder#CONFIG} says. The spectrogram's sizes that the network has too are the same. */
    record Settings(Vocos.Config network, MelSpectrogram mel) {

        static Settings of(MelSpectrogram mel, int width, int layers) {
            boolean isCentred = mel.framing() == Framing.CENTRED;
            return new Settings(
                    new Vocos.Config(mel.nMels(), width, 3 * width, layers, mel.nFft(), mel.hop(), isCentred), mel);
        }

        void write(Path folder) {
            JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(this));
        }
    }

    /** @throws dev.sirocco.tensor.ir.UserError if the folder holds no vocoder */
    static Vocoder load(Path folder) {
        Path weights = ModelFolder.weights(folder, COMMAND);
        Settings settings = JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> Records.fromTexts(Settings.class, texts));
        Vocos network = ModelFolder.network(weights, scope -> new Vocos(settings.network, scope));
        return new Vocoder(network, settings.mel);
    }

    /** The same words again by this vocoder: of the rate of its spectrogram, and of the sound's length. */
    Sound revoiced(Sound sound, Executor executor) {
        Sound heard = sound.resampled(mel.sampleRate());
        int length = heard.samples().length;
        // Silence up to a whole hop, and a hop more, so that no sample is cut off.
        float[] whole = Arrays.copyOf(heard.samples(), (Math.ceilDiv(length, mel.hop()) + 1) * mel.hop());
        try (FrameAnalysis analysis = mel.analysis(executor);
                VocosSynthesis synthesis = new VocosSynthesis(network, executor)) {
            float[] made = synthesis.sound(analysis.of(whole));
            return new Sound(Arrays.copyOf(made, length), mel.sampleRate());
        }
    }
}
