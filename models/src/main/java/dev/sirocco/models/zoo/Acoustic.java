package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Attention;
import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.Embedding;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Projection;
import dev.sirocco.models.nn.Rotary;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.TimeConvolution;
import dev.sirocco.models.nn.TimestepEmbedding;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Symbols of speech to a mel spectrogram, after Matcha-TTS (Mehta et al. 2024) with the ConvNeXt blocks of
 * SupertonicTTS (Kim et al. 2025): an encoder says for each symbol how its frames look on average and how many they
 * are; a decoder makes of the averages, laid out along the frames, the spectrogram itself, by a flow from noise. How
 * the symbols of a recording lie along its frames is found by {@link MonotonicAlignment}.
 *
 * <p>A text has as many symbols as the context is long: what stands behind its end is the symbol 0, seen like any
 * other.
 */
public final class Acoustic {

    /**
     * What a network is made of.
     *
     * @param symbols how many kinds there are, the 0 of the padding among them
     * @param context symbols of a text, padding among them
     * @param voices how many it speaks with
     * @param mels bands of the spectrogram
     * @param textWidth channels of a symbol, a multiple of {@code heads}
     * @param textLayers ConvNeXt blocks of the encoder; as many layers with attention are behind them
     * @param heads of the attention
     * @param width channels of a frame in the decoder
     * @param layers ConvNeXt blocks of the decoder
     */
    public record Config(int symbols, int context, int voices, int mels, int textWidth, int textLayers, int heads,
            int width, int layers) {

        /** 8.5M parameters. */
        public static Config small(int symbols, int voices, int mels) {
            return new Config(symbols, 160, voices, mels, 192, 3, 3, 256, 8);
        }

        public Config withDecoder(int otherWidth, int otherLayers) {
            return new Config(symbols, context, voices, mels, textWidth, textLayers, heads, otherWidth, otherLayers);
        }
    }

    /**
     * What the encoder says.
     *
     * @param hidden of each symbol (N, T, textWidth)
     * @param means of each symbol's frames (N, T, mels)
     */
    public record Encoded(Tensor hidden, Tensor means) {}

    /**
     * The frames around, then the channels with each other (Liu et al. 2022); told time and voice if it has a
     * modulation.
     */
    private static final class Block {

        private final String path;
        private final TimeConvolution depthwise;
        private final LayerNorm norm;
        private final Mlp mlp;
        private final State gamma;
        private final Linear modulation;

        Block(Scope scope, int width, int dilation, boolean isModulated) {
            path = scope.path();
            depthwise = new TimeConvolution(scope.at("dwconv"), width, KERNEL, dilation, INIT);
            norm = isModulated ? new LayerNorm(scope.at("norm").path(), null, null, EPS)
                    : new LayerNorm(scope.at("norm"), width, EPS);
            mlp = new Mlp(new Linear(scope.at("pwconv1"), width, 4 * width, true, INIT), null, Activation.GELU,
                    new Linear(scope.at("pwconv2"), 4 * width, width, true, INIT));
            gamma = isModulated ? null : scope.param("gamma", Init.constant(0.2), width);
            modulation = isModulated ? new Linear(scope.at("modulation"), width, 3 * width, true, Init.zeros()) : null;
        }

        Tensor apply(Tensor x, Tensor condition) {                           // (N, T, width), (N, 1, width)
            try (var _ = x.graph().at(path)) {
                Tensor y = norm.apply(depthwise.apply(x));
                if (modulation == null) {
                    return x.add(mlp.apply(y).mul(x.read(gamma)));
                }
                List<Tensor> m = modulation.apply(condition).split(-1, 3);   // (N, 1, width) each
                return x.add(mlp.apply(y.mul(m.get(0).add(1)).add(m.get(1))).mul(m.get(2)));
            }
        }
    }

    /** Every symbol looks at every other one. */
    private static final class TextLayer {

        private final String path;
        private final LayerNorm norm1;
        private final Attention attention;
        private final LayerNorm norm2;
        private final Mlp mlp;

        TextLayer(Scope scope, int width, int heads) {
            path = scope.path();
            int size = width / heads;
            Attention.Config config = new Attention.Config(heads, heads, size, false, false,
                    new Rotary(size, 10_000, false), false);
            norm1 = new LayerNorm(scope.at("norm1"), width, EPS);
            attention = new Attention(scope.at("attn").path(), config,
                    Projection.fused(new Linear(scope.at("attn").at("qkv"), width, 3 * width, true, INIT), width,
                            width),
                    new Linear(scope.at("attn").at("proj"), width, width, true, INIT));
            norm2 = new LayerNorm(scope.at("norm2"), width, EPS);
            mlp = new Mlp(new Linear(scope.at("mlp").at("fc1"), width, 4 * width, true, INIT), null, Activation.GELU,
                    new Linear(scope.at("mlp").at("fc2"), 4 * width, width, true, INIT));
        }

        Tensor apply(Tensor x) {                                             // (N, T, width)
            try (var _ = x.graph().at(path)) {
                x = x.add(attention.apply(norm1.apply(x)));
                return x.add(mlp.apply(norm2.apply(x)));
            }
        }
    }

    private static final Init INIT = Init.xavierUniform();
    private static final double EPS = 1e-6;
    private static final int KERNEL = 7;
    private static final int DURATION_KERNEL = 3;
    /** Sines and cosines of a time. */
    private static final int WAVES = 256;
    /** The decoder's blocks reach 1, 2 and 4 frames apart, in turn. */
    private static final List<Integer> DILATIONS = List.of(1, 2, 4);

    private final Config config;
    private final Parameters parameters;
    private final Embedding symbols;
    private final Embedding textVoices;
    private final List<Block> textBlocks = new ArrayList<>();
    private final List<TextLayer> textLayers = new ArrayList<>();
    private final LayerNorm textNorm;
    private final Linear means;
    private final Convolution duration1;
    private final LayerNorm durationNorm1;
    private final Convolution duration2;
    private final LayerNorm durationNorm2;
    private final Linear durations;
    private final TimestepEmbedding time;
    private final Embedding voices;
    private final Linear in;
    private final List<Block> blocks = new ArrayList<>();
    private final LayerNorm lastNorm;
    private final Linear last;

    public Acoustic(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        Scope text = scope.at("encoder");
        symbols = new Embedding(text.at("symbols"), c.symbols, c.textWidth, Init.normal(0.1));
        textVoices = new Embedding(text.at("voices"), c.voices, c.textWidth, Init.normal(0.1));
        for (int i = 0; i < c.textLayers; i++) {
            textBlocks.add(new Block(text.at("convnext").at(i), c.textWidth, 1, false));
            textLayers.add(new TextLayer(text.at("layers").at(i), c.textWidth, c.heads));
        }
        textNorm = new LayerNorm(text.at("norm"), c.textWidth, EPS);
        means = new Linear(text.at("means"), c.textWidth, c.mels, true, INIT);

        Scope duration = scope.at("duration");
        Convolution.Config convolution = Convolution.Config.same(1, c.textWidth, c.textWidth, DURATION_KERNEL);
        duration1 = new Convolution(duration.at("conv1"), convolution, INIT);
        durationNorm1 = new LayerNorm(duration.at("norm1"), c.textWidth, EPS);
        duration2 = new Convolution(duration.at("conv2"), convolution, INIT);
        durationNorm2 = new LayerNorm(duration.at("norm2"), c.textWidth, EPS);
        durations = new Linear(duration.at("out"), c.textWidth, 1, true, Init.zeros());

        Scope decoder = scope.at("decoder");
        time = new TimestepEmbedding(decoder.at("time").at(0), decoder.at("time").at(2), WAVES, c.width,
                Init.normal(0.02));
        voices = new Embedding(decoder.at("voices"), c.voices, c.width, Init.normal(0.02));
        in = new Linear(decoder.at("in"), 2 * c.mels + c.textWidth, c.width, true, INIT);
        for (int i = 0; i < c.layers; i++) {
            blocks.add(new Block(decoder.at("convnext").at(i), c.width, DILATIONS.get(i % DILATIONS.size()), true));
        }
        lastNorm = new LayerNorm(decoder.at("norm"), c.width, EPS);
        last = new Linear(decoder.at("out"), c.width, c.mels, true, Init.zeros());
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /**
     * @param text I32 (N, T)
     * @param voice I32 (N)
     */
    public Encoded encode(Tensor text, Tensor voice) {
        Tensor x = symbols.apply(text).add(textVoices.apply(voice).unsqueeze(1));            // (N, T, textWidth)
        for (Block block : textBlocks) {
            x = block.apply(x, null);
        }
        for (TextLayer layer : textLayers) {
            x = layer.apply(x);
        }
        Tensor hidden = textNorm.apply(x);
        return new Encoded(hidden, means.apply(hidden));
    }

    /** Of the encoder's hidden (N, T, textWidth), the logarithms of how many frames each symbol lasts (N, T). */
    public Tensor logDurations(Tensor hidden) {
        Tensor x = durationNorm1.apply(duration1.apply(hidden.transpose()).relu().transpose());
        x = durationNorm2.apply(duration2.apply(x.transpose()).relu().transpose());          // (N, T, textWidth)
        return durations.apply(x).squeeze(-1);
    }

    /**
     * How well frames fit symbols, but for what is the same for all symbols of a frame: the logarithm of the frame's
     * likelihood where the symbol's frames are spread around its mean with a deviation of 1.
     *
     * @param means (N, T, mels)
     * @param mel (N, mels, F)
     * @return (N, T, F)
     */
    public static Tensor fit(Tensor means, Tensor mel) {
        return means.matmul(mel).sub(means.square().sum(-1).mul(0.5).unsqueeze(-1));
    }

    /**
     * What is said of each symbol, at each of its frames.
     *
     * @param path (N, F, T), 1 where the frame is one of the symbol's
     * @return means, then hidden (N, F, mels + textWidth)
     */
    public static Tensor spread(Encoded encoded, Tensor path) {
        return path.matmul(Tensor.concat(-1, List.of(encoded.means, encoded.hidden)));
    }

    /**
     * The decoder: the flow's velocity at noisy frames.
     *
     * @param x noisy (N, mels, F)
     * @param times F32 (N), from 0 to 1000
     * @param spread as {@link #spread} has it
     * @param voice I32 (N)
     * @return (N, mels, F)
     */
    public Tensor velocity(Tensor x, Tensor times, Tensor spread, Tensor voice) {
        Tensor condition = time.apply(times).add(voices.apply(voice)).silu().unsqueeze(1);   // (N, 1, width)
        Tensor h = in.apply(Tensor.concat(-1, List.of(x.transpose(), spread)));              // (N, F, width)
        for (Block block : blocks) {
            h = block.apply(h, condition);
        }
        return last.apply(lastNorm.apply(h)).transpose();
    }
}
