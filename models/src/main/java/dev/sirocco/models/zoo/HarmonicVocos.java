package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.fast.InverseStft;
import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/**
 * A vocoder that need not invent phases: {@link Vocos}' ConvNeXt over the frames of a mel spectrogram, then a head that
 * shapes, in the spectrum, the pulses of a voice ({@link HarmonicSource}) and noise, of which the inverse STFT makes
 * the sound. That a voice is harmonics and noise is Stylianou's model (2001), that a network shapes a source is Wang et
 * al.'s (2019), that it does so by filters Engel et al.'s (2020). The pitch of the source is read off the same frames
 * by another head, as a class (Kim et al. 2018).
 *
 * <p>Frame t lies around the middle of the t-th hop, so that T frames are T · hop samples.
 */
public final class HarmonicVocos {

    /**
     * What a network is made of.
     *
     * @param mels bands of the spectrogram
     * @param width channels of a frame
     * @param hidden width within the MLPs
     * @param frame samples of a frame of the STFTs that the sound is made in; the mel spectrogram's may be longer
     * @param hop samples between frames
     * @param sampleRate in Hz
     * @param lowest pitch, in Hz
     * @param highest pitch, in Hz
     * @param pitches how many are told apart, evenly in semitones
     */
    public record Config(int mels, int width, int hidden, int layers, int frame, int hop, int sampleRate, double lowest,
            double highest, int pitches) {

        /** The pitch as a class, 0 for unvoiced. */
        public int pitchClass(float f0) {
            double place = Math.log(f0 / lowest) / Math.log(highest / lowest);
            return f0 <= 0 ? 0 : 1 + Math.clamp(Math.round(place * (pitches - 1)), 0, pitches - 1);
        }

        /** In Hz, of a class from 1 or between two of them. */
        double pitch(double pitchClass) {
            return lowest * Math.pow(highest / lowest, (pitchClass - 1) / (pitches - 1));
        }
    }

    private static final Init INIT = Init.normal(0.02);
    /** Keeps a network that has gone astray from infinite sounds. */
    private static final double LARGEST_GAIN = 100;
    /** Logarithm of the gain that a new network begins with: of soft speech. */
    private static final double FIRST_GAIN = -4;

    private final Config config;
    private final Parameters parameters;
    private final Vocos.Backbone backbone;
    private final Linear head;
    private final Linear pitch;
    private final State window;

    public HarmonicVocos(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        backbone = new Vocos.Backbone(scope.at("backbone"), c.mels, c.width, c.hidden, c.layers);
        head = new Linear(scope.at("head").at("out"), c.width, 3 * (c.frame / 2 + 1), true, INIT);
        pitch = new Linear(scope.at("pitch"), c.width, 1 + c.pitches, true, INIT);
        window = scope.at("head").at("istft").buffer("window", (w, _) -> Vocos.fillHann(w), c.frame);
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** On how many frames on either side {@link #hidden} depends. */
    int reach() {
        return backbone.reach();
    }

    /** What the heads see (N, T, width) of the logarithms of a mel spectrogram (N, mels, T). */
    public Tensor hidden(Tensor mel) {
        return backbone.apply(mel);
    }

    /** Logits of the pitch's classes (N, T, 1 + pitches). */
    public Tensor pitch(Tensor hidden) {
        return pitch.apply(hidden);
    }

    /**
     * The sound (N, T · hop), between -1 and 1 but not held there.
     *
     * @param hidden (N, T, width)
     * @param pulses (N, T · hop), as {@link HarmonicSource} makes them
     * @param noise (N, T · hop), white, of deviation 1
     */
    public Tensor sound(Tensor hidden, Tensor pulses, Tensor noise) {
        Graph g = hidden.graph();
        List<Tensor> parts = head.apply(hidden).transpose().split(1, 3);     // (N, frame / 2 + 1, T) each
        Tensor voiced = gain(parts.get(0));
        Tensor unvoiced = gain(parts.get(1));
        Tensor turn = parts.get(2);                                          // of the harmonics' phases
        List<Tensor> p = spectrum(pulses);
        List<Tensor> n = spectrum(noise);
        Tensor cos = turn.cos().mul(voiced);
        Tensor sin = turn.sin().mul(voiced);
        Tensor real = p.get(0).mul(cos).sub(p.get(1).mul(sin)).add(n.get(0).mul(unvoiced));
        Tensor imaginary = p.get(1).mul(cos).add(p.get(0).mul(sin)).add(n.get(1).mul(unvoiced));
        return g.add(new InverseStft(config.frame, config.hop, pad()), real, imaginary, g.read(window));
    }

    private static Tensor gain(Tensor logarithm) {
        return logarithm.add(FIRST_GAIN).exp().minimum(LARGEST_GAIN);
    }

    /** Real and imaginary part, (N, frame / 2 + 1, T) each. */
    private List<Tensor> spectrum(Tensor sound) {
        return sound.graph().add(new Stft(config.frame, config.hop, pad()), List.of(sound, sound.read(window)))
                .outputs();
    }

    private int pad() {
        return (config.frame - config.hop) / 2;
    }

    /** How badly the pitch is read: the mean cross-entropy of the classes, I32 (N, T). */
    public Tensor pitchLoss(Tensor hidden, Tensor classes) {
        return Losses.crossEntropy(pitch(hidden), classes);
    }
}
