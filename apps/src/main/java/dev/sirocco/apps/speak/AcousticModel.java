package dev.sirocco.apps.speak;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.Acoustic;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.List;

/** What makes a mel spectrogram of symbols, as its folder holds it. */
record AcousticModel(Acoustic network, Settings settings) {

    /** What makes such folders. */
    static final String COMMAND = "sirocco speak train acoustic";

    /**
     * What {@link ModelFolder#CONFIG} says.
     *
     * @param mean of the spectrogram's logarithms
     * @param deviation the network sees the logarithms with mean 0 and deviation 1
     * @param voiceNames with commas between, in the order of the network's numbers
     */
    record Settings(Acoustic.Config network, MelSpectrogram mel, double mean, double deviation, String voiceNames) {

        void write(Path folder) {
            JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(this));
        }

        List<String> voiceList() {
            return List.of(voiceNames.split(","));
        }

        /** Rows of frames to the network's numbers (mels, frames). */
        float[] normalised(float[][] frames) {
            float[] mels = new float[frames.length * mel.nMels()];
            for (int f = 0; f < frames.length; f++) {
                for (int band = 0; band < mel.nMels(); band++) {
                    mels[band * frames.length + f] = (float) ((frames[f][band] - mean) / deviation);
                }
            }
            return mels;
        }

        /** The network's numbers (mels, frames) to rows of frames, of which the first so many are wanted. */
        float[][] frames(float[] mels, int wanted) {
            int all = mels.length / mel.nMels();
            float[][] frames = new float[wanted][mel.nMels()];
            for (int f = 0; f < wanted; f++) {
                for (int band = 0; band < mel.nMels(); band++) {
                    frames[f][band] = (float) (mels[band * all + f] * deviation + mean);
                }
            }
            return frames;
        }

        /** What the network sees where there is no sound at all. */
        float silence() {
            return (float) ((Math.log(mel.least()) - mean) / deviation);
        }
    }

    /** @throws UserError if the folder holds no acoustic model */
    static AcousticModel load(Path folder) {
        Path weights = ModelFolder.weights(folder, COMMAND);
        Settings settings = JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> Records.fromTexts(Settings.class, texts));
        Acoustic network = ModelFolder.network(weights, scope -> new Acoustic(settings.network, scope));
        return new AcousticModel(network, settings);
    }

    /** @throws UserError if there is no such voice */
    int voice(String name) {
        int found = settings.voiceList().indexOf(name);
        if (found < 0) {
            throw new UserError("there is no voice '%s': choose one of %s"
                    .formatted(name, String.join(", ", settings.voiceList())));
        }
        return found;
    }
}
