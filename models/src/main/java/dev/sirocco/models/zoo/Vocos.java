package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.TimeConvolution;
import dev.sirocco.tensor.fast.InverseStft;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Vocos (Siuzdak 2024): a mel spectrogram to the sound. A ConvNeXt over the frames, at their rate from end to end, then
 * a head that gives each frame's spectrum by magnitude and phase, of which the inverse STFT makes the sound
 * (section 3).
 *
 * <p>The names of its parameters are those of the published charactr/vocos-mel-24khz.
 */
public final class Vocos {

    /**
     * What a network is made of.
     *
     * @param mels bands of the spectrogram
     * @param width channels of a frame
     * @param hidden width within the MLPs
     * @param nFft samples of a frame of the inverse STFT
     * @param hop samples between frames
     * @param isCentred whether the first frame lies around the first sample, so that T frames are (T - 1) · hop
     *     samples; otherwise T frames are T · hop samples
     */
    public record Config(int mels, int width, int hidden, int layers, int nFft, int hop, boolean isCentred) {

        /** The published network for 24 kHz; 13.5M parameters. */
        public static Config published() {
            return new Config(100, 512, 1536, 8, 1024, 256, true);
        }

        private InverseStft inverseStft() {
            return isCentred ? InverseStft.centred(nFft, hop) : new InverseStft(nFft, hop, (nFft - hop) / 2);
        }
    }

    /** Each channel mixed with the frames around, then the channels with each other. */
    private static final class Block {

        private final String path;
        private final TimeConvolution depthwise;
        private final LayerNorm norm;
        private final Mlp mlp;
        private final State gamma;

        Block(Scope scope, int width, int hidden, int layers) {
            path = scope.path();
            depthwise = new TimeConvolution(scope.at("dwconv"), width, KERNEL, 1, INIT);
            norm = new LayerNorm(scope.at("norm"), width, EPS);
            mlp = new Mlp(new Linear(scope.at("pwconv1"), width, hidden, true, INIT), null, Activation.GELU,
                    new Linear(scope.at("pwconv2"), hidden, width, true, INIT));
            gamma = scope.param("gamma", Init.constant(1.0 / layers), width);
        }

        Tensor apply(Tensor x) {                                             // (N, T, width)
            try (var _ = x.graph().at(path)) {
                return x.add(mlp.apply(norm.apply(depthwise.apply(x))).mul(x.read(gamma)));
            }
        }
    }

    /** The ConvNeXt over the frames: what a head sees of each. */
    static final class Backbone {

        private final Convolution embed;
        private final LayerNorm norm;
        private final List<Block> blocks = new ArrayList<>();
        private final LayerNorm lastNorm;

        Backbone(Scope scope, int mels, int width, int hidden, int layers) {
            embed = new Convolution(scope.at("embed"), Convolution.Config.same(1, mels, width, KERNEL), INIT);
            norm = new LayerNorm(scope.at("norm"), width, EPS);
            for (int i = 0; i < layers; i++) {
                blocks.add(new Block(scope.at("convnext").at(i), width, hidden, layers));
            }
            lastNorm = new LayerNorm(scope.at("final_layer_norm"), width, EPS);
        }

        /** On how many frames on either side what is said of a frame depends. */
        int reach() {
            return KERNEL / 2 * (blocks.size() + 1);
        }

        /** Logarithms of a mel spectrogram (N, mels, T) → (N, T, width). */
        Tensor apply(Tensor mel) {
            Tensor x = norm.apply(embed.apply(mel).transpose());             // (N, T, width)
            for (Block block : blocks) {
                x = block.apply(x);
            }
            return lastNorm.apply(x);
        }
    }

    private static final Init INIT = Init.normal(0.02);
    private static final double EPS = 1e-6;
    private static final int KERNEL = 7;
    /** Keeps a network that has gone astray from infinite sounds. */
    private static final double LARGEST_MAGNITUDE = 100;

    private final Config config;
    private final Parameters parameters;
    private final Backbone backbone;
    private final Linear head;
    private final State window;

    public Vocos(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        backbone = new Backbone(scope.at("backbone"), c.mels, c.width, c.hidden, c.layers);
        head = new Linear(scope.at("head").at("out"), c.width, c.nFft + 2, true, Init.uniformFanIn(1 / Math.sqrt(3)));
        window = scope.at("head").at("istft").buffer("window", (w, _) -> fillHann(w), c.nFft);
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Logarithms of a mel spectrogram (N, mels, T) → sound (N, samples), between -1 and 1 but not held there. */
    public Tensor sound(Tensor mel) {
        Tensor spectrum = head.apply(hidden(mel)).transpose();               // (N, nFft + 2, T)
        List<Tensor> parts = spectrum.split(1, 2);                           // (N, nFft / 2 + 1, T) each
        Tensor magnitude = parts.get(0).exp().minimum(LARGEST_MAGNITUDE);
        Tensor phase = parts.get(1);
        return mel.graph().add(config.inverseStft(), magnitude.mul(phase.cos()), magnitude.mul(phase.sin()),
                mel.read(window));
    }

    int reach() {
        return backbone.reach();
    }

    /** What the head sees (N, T, width). */
    public Tensor hidden(Tensor mel) {
        return backbone.apply(mel);
    }

    /** The periodic one. */
    static void fillHann(Storage w) {
        int n = w.shape().dim(0);
        for (int i = 0; i < n; i++) {
            w.set(i, (float) (0.5 - 0.5 * Math.cos(2 * Math.PI * i / n)));
        }
    }
}
