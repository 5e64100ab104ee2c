package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Attention;
import dev.sirocco.models.nn.Embedding;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.PatchEmbedding;
import dev.sirocco.models.nn.Projection;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.TimestepEmbedding;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Diffusion transformer (Peebles and Xie 2023): what to take away from noisy pictures or latents, for a time and a
 * class. Norms are scaled and shifted by the two (adaLN-Zero, figure 3). With a text, its words are attended to in
 * every block (Chen et al. 2024, PixArt-α, section 2.3), and a vector of the whole is added to the time.
 *
 * <p>The names of its parameters are those of the authors' checkpoints (facebookresearch/DiT); PixArt-α's for the
 * attention to words.
 */
public final class Dit {

    /**
     * What a network is made of.
     *
     * @param size height and width of the input, a multiple of {@code patch}
     * @param channels of the input
     * @param width of the residual stream, a multiple of {@code heads} and of 4
     * @param classes 0 for none; there is one more, which says nothing about the class and is used for guidance
     * @param learnsSigma whether there are as many channels again in the output, for the variance of a step
     * @param vocabulary tokens of captions, 0 for no text
     * @param context tokens of a caption; see {@link TextEncoder}
     * @param textHeads divides {@code textWidth}
     * @param end the token that ends a caption
     */
    public record Config(int size, int patch, int channels, int layers, int heads, int width, int classes,
            boolean learnsSigma, int vocabulary, int context, int textLayers, int textHeads, int textWidth, int end) {

        /** Without a text. */
        public Config(int size, int patch, int channels, int layers, int heads, int width, int classes,
                boolean learnsSigma) {
            this(size, patch, channels, layers, heads, width, classes, learnsSigma, 0, 0, 0, 0, 0, 0);
        }

        /** 33M parameters. */
        public static Config s2(int size, int channels, int classes) {
            return new Config(size, 2, channels, 12, 6, 384, classes, false);
        }

        /** 130M parameters. */
        public static Config b2(int size, int channels, int classes) {
            return new Config(size, 2, channels, 12, 12, 768, classes, false);
        }

        /** 458M parameters. */
        public static Config l2(int size, int channels, int classes) {
            return new Config(size, 2, channels, 24, 16, 1024, classes, false);
        }

        /** 675M parameters. */
        public static Config xl2(int size, int channels, int classes) {
            return new Config(size, 2, channels, 28, 16, 1152, classes, false);
        }

        /** The published DiT-XL/2 for 256×256 pictures of ImageNet, in Stable Diffusion's latents. */
        public static Config published() {
            return new Config(32, 2, 4, 28, 16, 1152, 1000, true);
        }

        public Config withText(int otherVocabulary, int otherContext, int layersOfText, int headsOfText,
                int widthOfText, int otherEnd) {
            return new Config(size, patch, channels, layers, heads, width, classes, learnsSigma, otherVocabulary,
                    otherContext, layersOfText, headsOfText, widthOfText, otherEnd);
        }

        /** The class that says nothing. */
        public int noClass() {
            return classes;
        }

        int grid() {
            return size / patch;
        }

        int outChannels() {
            return learnsSigma ? 2 * channels : channels;
        }

        TextEncoder.Config text() {
            return new TextEncoder.Config(vocabulary, context, textLayers, textHeads, textWidth, 4 * textWidth,
                    Activation.GELU, false, end);
        }
    }

    /**
     * Captions as the blocks see them: found once, used at every step.
     *
     * @param words (N, context, textWidth)
     * @param pooled (N, textWidth)
     */
    public record Text(Tensor words, Tensor pooled) {}

    /** Attention, to the words too, and an MLP, all added to the residual stream by gates that begin at zero. */
    private final class Block {

        private final String path;
        private final LayerNorm norm1;
        private final Attention attention;
        private final Attention words;
        private final LayerNorm norm2;
        private final Mlp mlp;
        private final Linear modulation;

        Block(Scope scope) {
            int width = config.width;
            Attention.Config heads = new Attention.Config(config.heads, width / config.heads, false);
            Scope attn = scope.at("attn");
            path = scope.path();
            norm1 = norm(scope.at("norm1"));
            attention = new Attention(attn.path(), heads,
                    Projection.fused(linear(attn.at("qkv"), width, 3 * width), width, width),
                    linear(attn.at("proj"), width, width));
            words = config.vocabulary == 0 ? null : toWords(scope.at("cross_attn"), heads);
            norm2 = norm(scope.at("norm2"));
            mlp = new Mlp(linear(scope.at("mlp").at("fc1"), width, 4 * width), null, Activation.GELU_TANH,
                    linear(scope.at("mlp").at("fc2"), 4 * width, width));
            modulation = new Linear(scope.at("adaLN_modulation").at(1), width, 6 * width, true, Init.zeros());
        }

        private Attention toWords(Scope scope, Attention.Config heads) {
            int width = config.width;
            Linear q = linear(scope.at("q_linear"), width, width);
            Linear kv = linear(scope.at("kv_linear"), config.textWidth, 2 * width);
            Projection in = (x, context) -> {
                List<Tensor> keysAndValues = kv.apply(context).split(-1, 2);
                return List.of(q.apply(x), keysAndValues.get(0), keysAndValues.get(1));
            };
            return new Attention(scope.path(), heads, in,
                    new Linear(scope.at("proj"), width, width, true, Init.zeros()));
        }

        Tensor apply(Tensor x, Tensor condition, Text text) {                // (N, T, width), (N, 1, width)
            try (var _ = x.graph().at(path)) {
                List<Tensor> m = modulation.apply(condition).split(-1, 6);   // (N, 1, width) each
                x = x.add(m.get(2).mul(attention.apply(modulate(norm1.apply(x), m.get(0), m.get(1)))));
                x = words == null ? x : x.add(words.apply(x, text.words));
                return x.add(m.get(5).mul(mlp.apply(modulate(norm2.apply(x), m.get(3), m.get(4)))));
            }
        }
    }

    private static final double EPS = 1e-6;
    /** Sines and cosines of a time. */
    private static final int WAVES = 256;

    private final Config config;
    private final Parameters parameters;
    private final PatchEmbedding patches;
    private final State positions;
    private final TimestepEmbedding time;
    private final Embedding labels;
    private final TextEncoder textEncoder;
    private final Linear textProjection;
    private final List<Block> blocks = new ArrayList<>();
    private final LayerNorm lastNorm;
    private final Linear lastModulation;
    private final Linear last;

    public Dit(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        int numbers = c.channels * c.patch * c.patch;
        patches = new PatchEmbedding(scope.at("x_embedder").at("proj"), c.channels, c.patch, c.width, true,
                Init.uniform(Math.sqrt(6.0 / (numbers + c.width))));         // Glorot's, as of a linear layer
        positions = scope.buffer("pos_embed", (w, _) -> fillPositions(w, c.grid()), 1, c.grid() * c.grid(), c.width);
        Scope times = scope.at("t_embedder").at("mlp");
        time = new TimestepEmbedding(times.at(0), times.at(2), WAVES, c.width, Init.normal(0.02));
        labels = c.classes == 0 ? null
                : new Embedding(scope.at("y_embedder").at("embedding_table"), c.classes + 1, c.width,
                        Init.normal(0.02));
        textEncoder = c.vocabulary == 0 ? null : new TextEncoder(c.text(), scope.at("text_model"));
        textProjection = c.vocabulary == 0 ? null
                : new Linear(scope.at("text_projection"), c.textWidth, c.width, true, Init.normal(0.02));
        for (int i = 0; i < c.layers; i++) {
            blocks.add(new Block(scope.at("blocks").at(i)));
        }
        Scope end = scope.at("final_layer");
        lastNorm = norm(end.at("norm_final"));
        lastModulation = new Linear(end.at("adaLN_modulation").at(1), c.width, 2 * c.width, true, Init.zeros());
        last = new Linear(end.at("linear"), c.width, c.patch * c.patch * c.outChannels(), true, Init.zeros());
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    // ---- forward ----------------------------------------------------------------------------------------------

    /** Tokens I32 (N, context) → what the blocks see of the captions. */
    public Text encode(Tensor captions) {
        Tensor words = textEncoder.hidden(captions);
        return new Text(words, textEncoder.pooled(words, captions));
    }

    /**
     * The network's prediction (N, channels, size, size), or twice as many channels if it learns variances too.
     *
     * @param x noisy (N, channels, size, size)
     * @param times F32 (N), from 0 to 1000
     * @param classes I32 (N), or null if the network has none
     * @param text null if the network knows none
     */
    public Tensor apply(Tensor x, Tensor times, Tensor classes, Text text) {
        Tensor condition = time.apply(times);                                // (N, width)
        condition = labels == null ? condition : condition.add(labels.apply(classes));
        condition = textProjection == null ? condition : condition.add(textProjection.apply(text.pooled));
        condition = condition.silu().unsqueeze(1);                           // (N, 1, width)
        Tensor h = patches.apply(x).add(x.read(positions));                  // (N, T, width)
        for (Block block : blocks) {
            h = block.apply(h, condition, text);
        }
        List<Tensor> m = lastModulation.apply(condition).split(-1, 2);
        return unpatch(last.apply(modulate(lastNorm.apply(h), m.get(0), m.get(1))));
    }

    private static Tensor modulate(Tensor x, Tensor shift, Tensor scale) {
        return x.mul(scale.add(1)).add(shift);
    }

    private Tensor unpatch(Tensor y) {                                       // (N, T, patch·patch·channels)
        int n = y.dim(0);
        int grid = config.grid();
        int patch = config.patch;
        int channels = config.outChannels();
        return y.reshape(n, grid, grid, patch, patch, channels)
                .permute(0, 5, 1, 3, 2, 4)                                   // (N, channels, grid, patch, grid, patch)
                .reshape(n, channels, grid * patch, grid * patch);
    }

    // ---- construction -----------------------------------------------------------------------------------------

    private static Linear linear(Scope scope, int in, int out) {
        return new Linear(scope, in, out, true, Init.xavierUniform());
    }

    private static LayerNorm norm(Scope scope) {
        return new LayerNorm(scope.path(), null, null, EPS);
    }

    /** Where the patches lie, for checkpoints that leave it out (1, grid·grid, width). */
    static Storage positions(Config config) {
        Storage table = new Storage(DType.F32, Shape.of(1, config.grid() * config.grid(), config.width));
        fillPositions(table, config.grid());
        return table;
    }

    /** The column's sines and cosines, then the row's (He et al. 2022, Masked autoencoders, appendix A.1). */
    private static void fillPositions(Storage table, int grid) {             // (1, grid·grid, width)
        int width = table.shape().dim(2);
        int quarter = width / 4;
        for (int place = 0; place < grid * grid; place++) {
            for (int i = 0; i < quarter; i++) {
                double frequency = Math.pow(10_000, -(double) i / quarter);
                double column = place % grid * frequency;
                double row = place / grid * frequency;
                long at = (long) place * width + i;
                table.set(at, (float) Math.sin(column));
                table.set(at + quarter, (float) Math.cos(column));
                table.set(at + 2L * quarter, (float) Math.sin(row));
                table.set(at + 3L * quarter, (float) Math.cos(row));
            }
        }
    }
}
