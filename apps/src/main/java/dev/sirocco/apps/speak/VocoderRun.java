package dev.sirocco.apps.speak;

import dev.sirocco.apps.Range;
import dev.sirocco.apps.train.TrainingSettings;
import dev.sirocco.tensor.ir.UserError;
import java.util.Arrays;
import java.util.List;

/**
 * The settings of a run that trains a vocoder.
 *
 * @param data     {@code asterisk} or folders, with commas between; what is named twice is heard twice as often
 * @param pace     how fast the recordings are played, with commas between
 * @param rooms    in how many each recording is heard, besides as it is
 * @param width    of the network
 * @param layers   of the network
 * @param frames   of the pieces of recordings that are learned from
 * @param stft     weight of the distance of spectra at several resolutions
 * @param spectral share of the run, in front, in which spectra alone are learned from, without adversaries
 * @param ema      decay of the averages of the weights
 */
record VocoderRun(String data, String pace, int rooms, int width, int layers, int frames, double stft, double spectral,
        double ema, TrainingSettings training) {

    /** The longest frame of the losses' spectra, whose half must fit into a piece, in hops. */
    private static final int LEAST_FRAMES = 5;

    static VocoderRun start(String data) {
        return new VocoderRun(data, "1", 1, 256, 8, 24, 5, 1, 0.999, new TrainingSettings(8, 0.02));
    }

    VocoderRun check() {
        training.check();
        paces().forEach(pace -> new Range("--paces", 0.5, 2).check(pace));
        new Range("--rooms", 0, 100).check(rooms);
        new Range("--width", 8, 4096).check(width);
        new Range("--layers", 1, 24).check(layers);
        new Range("--frames", LEAST_FRAMES, 1000).check(frames);
        new Range("--stft", 0, 1000).check(stft);
        new Range("--spectral", 0, 1).check(spectral);
        new Range("--ema", 0, 0.99999).check(ema);
        if (data == null) {
            throw new UserError("nothing to learn from: give --data DATA, such as asterisk");
        }
        return this;
    }

    List<String> names() {
        return Arrays.stream(data.split(",")).map(String::strip).toList();
    }

    List<Double> paces() {
        return Arrays.stream(pace.split(",")).map(Double::valueOf).toList();
    }

    /** The part without adversaries. */
    TrainingSettings spectralTraining() {
        return part(spectral);
    }

    /** The part with adversaries. */
    TrainingSettings adversarialTraining() {
        return part(1 - spectral);
    }

    private TrainingSettings part(double share) {
        TrainingSettings t = training;
        long steps = t.steps() == 0 ? 0 : Math.max(1, Math.round(t.steps() * share));
        return new TrainingSettings(steps, t.minutes() * share, t.batch(), t.learningRate(), t.seed(), t.evalEvery(),
                t.saveEvery(), t.logEvery(), t.inspectEvery(), t.recompute());
    }
}
