package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Attention;
import dev.sirocco.models.nn.Dropout;
import dev.sirocco.models.nn.Embedding;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Layer;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Projection;
import dev.sirocco.models.nn.RmsNorm;
import dev.sirocco.models.nn.Rotary;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.ShortConvolution;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A transformer that continues text: GPT-2 (Radford et al. 2019), and what has been found better since. The names of
 * its parameters are those of GPT-2's published checkpoint.
 */
public final class Gpt implements LanguageModel {

    public enum Norm { LAYER, RMS, RMS_PLAIN }

    public enum Positions { LEARNED, ROTARY, ALIBI }

    /** Where weights begin: as GPT-2's, or with all that feeds the residual stream and the logits at zero. */
    public enum Start { GPT2, ZERO_OUT }

    /**
     * What a model is made of.
     *
     * @param vocabulary number of tokens
     * @param context longest sequence in training
     * @param kvHeads heads of keys and values; divides {@code heads}
     * @param width of the residual stream, a multiple of {@code heads}
     * @param hidden width within the MLP
     * @param dropout 0 ≤ rate < 1, after the embedding and in the residual branches, not within attention
     * @param bias in linear layers and layer norms
     * @param qkNorm whether queries and keys are normalised
     * @param tied whether the output layer shares the embedding's weight
     * @param embeddingNorm whether the embedding is normalised
     * @param convolution kernel of the short convolutions in front of attention and MLP, 0 for none
     * @param softcap logits stay within ± this (Gemma 2), 0 for no limit
     * @param conv1d whether weights lie as (in, out), as in GPT-2's checkpoint
     */
    public record Config(int vocabulary, int context, int layers, int heads, int kvHeads, int width, int hidden,
            double dropout, boolean bias, Norm norm, Positions positions, Activation activation, boolean qkNorm,
            boolean tied, boolean embeddingNorm, int convolution, double softcap, boolean conv1d, Start start) {

        /** The plain transformer of nanoGPT's configurations. */
        public static Config nano(int vocabulary, int context, int layers, int heads, int width, double dropout) {
            return new Config(vocabulary, context, layers, heads, heads, width, 4 * width, dropout, false,
                    Norm.LAYER, Positions.LEARNED, Activation.GELU, false, true, false, 0, 0, false, Start.GPT2);
        }

        /** nanoGPT's train_shakespeare_char as its README runs it on a CPU. */
        public static Config nanoCpu(int vocabulary) {
            return nano(vocabulary, 64, 4, 4, 128, 0);
        }

        /** nanoGPT's train_shakespeare_char. */
        public static Config nanoGpu(int vocabulary) {
            return nano(vocabulary, 256, 6, 6, 384, 0.2);
        }

        /** GPT-2 with 124M parameters, to be loaded from Hugging Face's checkpoint. */
        public static Config gpt2() {
            return new Config(50257, 1024, 12, 12, 12, 768, 3072, 0, true, Norm.LAYER, Positions.LEARNED,
                    Activation.GELU_TANH, false, true, false, 0, 0, true, Start.GPT2);
        }

        /** Norms without gains, rotary positions, squared ReLUs and short convolutions; to be trained with Muon. */
        public static Config modern(int vocabulary, int context, int layers, int heads, int width, double dropout) {
            return new Config(vocabulary, context, layers, heads, heads, width, 4 * width, dropout, false,
                    Norm.RMS_PLAIN, Positions.ROTARY, Activation.RELU2, true, false, true, 4, 0, false, Start.ZERO_OUT);
        }

        int headSize() {
            return width / heads;
        }
    }

    /** What decoding remembers of a layer: keys and values, and the inputs of short convolutions. */
    private record BlockCache(Attention.Cache attention, State beforeAttention, State beforeMlp) {}

    /** One layer: attention, then MLP, both added to the residual stream. */
    private final class Block {

        private final String path;
        private final Layer norm1;
        private final ShortConvolution conv1;
        private final Attention attention;
        private final Layer norm2;
        private final ShortConvolution conv2;
        private final Mlp mlp;

        Block(Scope scope) {
            Config c = config;
            int kvWidth = c.kvHeads * c.headSize();
            boolean isGated = c.activation == Activation.SILU;
            Scope attn = scope.at("attn");
            Linear qkv = linear(attn.at("c_attn"), c.width, c.width + 2 * kvWidth, inner());
            Linear out = linear(attn.at("c_proj"), c.width, c.width, outer());
            Linear gate = isGated ? linear(scope.at("mlp").at("c_gate"), c.width, c.hidden, inner()) : null;
            path = scope.path();
            norm1 = norm(scope.at("ln_1"));
            conv1 = c.convolution == 0 ? null : new ShortConvolution(scope.at("conv_1"), c.convolution, c.width);
            attention = new Attention(attn.path(),
                    new Attention.Config(c.heads, c.kvHeads, c.headSize(), true, c.qkNorm,
                            c.positions == Positions.ROTARY ? rotary : null, c.positions == Positions.ALIBI),
                    Projection.fused(qkv, c.width, kvWidth), out);
            norm2 = norm(scope.at("ln_2"));
            conv2 = c.convolution == 0 ? null : new ShortConvolution(scope.at("conv_2"), c.convolution, c.width);
            mlp = new Mlp(linear(scope.at("mlp").at("c_fc"), c.width, c.hidden, inner()), gate, c.activation,
                    linear(scope.at("mlp").at("c_proj"), c.hidden, c.width, outer()));
        }

        Tensor apply(Tensor x) {                                             // (B, T, width)
            try (var _ = x.graph().at(path)) {
                Tensor n = norm1.apply(x);
                n = conv1 == null ? n : conv1.apply(n);
                x = x.add(dropout.apply(attention.apply(n)));
                n = norm2.apply(x);
                n = conv2 == null ? n : conv2.apply(n);
                return x.add(dropout.apply(mlp.apply(n)));
            }
        }

        /** The same for tokens from a position on, after those that the cache remembers. */
        Tensor apply(Tensor x, Tensor position, BlockCache cache) {
            try (var _ = x.graph().at(path)) {
                Tensor n = norm1.apply(x);
                n = conv1 == null ? n : conv1.apply(n, position, cache.beforeAttention);
                x = x.add(attention.apply(n, position, cache.attention));
                n = norm2.apply(x);
                n = conv2 == null ? n : conv2.apply(n, position, cache.beforeMlp);
                return x.add(mlp.apply(n));
            }
        }

        BlockCache cache(int batch, int capacity) {
            return new BlockCache(attention.cache(batch, capacity),
                    conv1 == null ? null : conv1.history(batch, capacity),
                    conv2 == null ? null : conv2.history(batch, capacity));
        }
    }

    private static final String TEXTS = "gpt.";

    private final Config config;
    private final Parameters parameters;
    private final Rotary rotary;
    private final Dropout dropout;
    private final Embedding tokens;
    private final Embedding positions;
    private final List<Block> blocks = new ArrayList<>();
    private final Layer lastNorm;
    private final Linear head;

    public Gpt(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        rotary = new Rotary(c.headSize(), 10_000, false);
        dropout = new Dropout(c.dropout);
        tokens = new Embedding(scope.at("wte"), c.vocabulary, c.width, Init.normal(c.start == Start.GPT2 ? 0.02 : 1));
        positions = c.positions == Positions.LEARNED
                ? new Embedding(scope.at("wpe"), c.context, c.width, Init.gpt2()) : null;
        for (int i = 0; i < c.layers; i++) {
            blocks.add(new Block(scope.at("h").at(i)));
        }
        lastNorm = norm(scope.at("ln_f"));
        head = c.tied
                ? new Linear("lm_head", tokens.weight(), null, false)
                : new Linear(scope.at("lm_head"), c.width, c.vocabulary, false,
                        c.start == Start.GPT2 ? Init.gpt2() : Init.zeros());
    }

    /** From a checkpoint of a {@link dev.sirocco.models.train.Trainer} that was given this model's {@link #texts}. */
    public static Gpt load(Path path) {
        Config saved = Checkpoint.open(path).config(TEXTS, Config.class);
        return Scope.load(path, name -> name.startsWith(Checkpoint.TRAINING), s -> new Gpt(saved, s));
    }

    /** The configuration, to be saved with the weights. */
    public Map<String, String> texts() {
        return Records.toTexts(TEXTS, config);
    }

    public Config config() {
        return config;
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public int vocabulary() {
        return config.vocabulary;
    }

    @Override
    public int context() {
        return config.context;
    }

    @Override
    public long remembered() {
        return 2L * config.layers * config.kvHeads * config.headSize();
    }

    // ---- forward ----------------------------------------------------------------------------------------------

    /** Tokens I32 (B, T) → the logits of each next token (B, T, vocabulary). */
    public Tensor logits(Tensor idx) {
        Tensor x = embed(idx, null);                                         // (B, T, width)
        for (Block block : blocks) {
            x = block.apply(x);
        }
        return logitsOf(lastNorm.apply(x));
    }

    /** The mean cross-entropy in nats a token; targets I32 (B, T), negative ones count nothing. */
    public Tensor loss(Tensor idx, Tensor targets) {
        return Losses.crossEntropy(logits(idx), targets);
    }

    @Override
    public Reader reader(int batch, int capacity) {
        if (positions != null && capacity > config.context) {
            throw new IllegalArgumentException("%d tokens for a context of %d".formatted(capacity, config.context));
        }
        List<BlockCache> caches = blocks.stream().map(block -> block.cache(batch, capacity)).toList();
        return (idx, position, last) -> {
            Tensor x = embed(idx, position);                                 // (B, T, width)
            for (int i = 0; i < blocks.size(); i++) {
                x = blocks.get(i).apply(x, position, caches.get(i));
            }
            return logitsOf(lastNorm.apply(x.gather(1, last).squeeze(1)));   // (B, vocabulary)
        };
    }

    private Tensor embed(Tensor idx, Tensor position) {
        Tensor x = tokens.apply(idx);                                        // (B, T, width)
        if (positions != null) {
            Tensor t = idx.graph().range(idx.dim(1));
            x = x.add(positions.apply(position == null ? t : t.add(position)));
        }
        if (config.embeddingNorm) {
            x = norm("wte").apply(x);
        }
        return dropout.apply(x);
    }

    private Tensor logitsOf(Tensor x) {
        Tensor logits = head.apply(x);
        return config.softcap == 0 ? logits : logits.div(config.softcap).tanh().mul(config.softcap);
    }

    // ---- training ---------------------------------------------------------------------------------------------

    /** nanoGPT's: weight decay for matrices and embeddings, none for gains, shifts and biases. */
    public Optimizer optimizer(AdamW adam) {
        return new Optimizer(parameters, Group.vectors(adam.withWeightDecay(0)), Group.all(adam));
    }

    /** Muon for the matrices within the layers, queries, keys and values each by themselves; AdamW for the rest. */
    public Optimizer optimizer(Muon muon, AdamW rest) {
        int kvWidth = config.kvHeads * config.headSize();
        Muon byMatrix = muon.withRows(p -> p.name().endsWith("c_attn.weight")
                ? List.of(config.width, kvWidth, kvWidth) : List.of(p.shape().dim(0)));
        return new Optimizer(parameters, new Group(Gpt::isHiddenMatrix, byMatrix), Group.all(rest));
    }

    private static boolean isHiddenMatrix(State p) {
        return p.name().startsWith("h.") && p.name().contains(".c_") && p.shape().rank() == 2;
    }

    // ---- construction -----------------------------------------------------------------------------------------

    private Linear linear(Scope scope, int in, int out, Init init) {
        return config.conv1d ? Linear.conv1d(scope, in, out, config.bias, init)
                : new Linear(scope, in, out, config.bias, init);
    }

    private Init inner() {
        return config.start == Start.GPT2 ? Init.gpt2() : Init.uniformFanIn(0.5);
    }

    /** For what is added to the residual stream. */
    private Init outer() {
        return config.start == Start.GPT2 ? Init.gpt2Residual(config.layers) : Init.zeros();
    }

    private Layer norm(Scope scope) {
        return switch (config.norm) {
            case LAYER -> new LayerNorm(scope, config.width, config.bias);
            case RMS -> new RmsNorm(scope, config.width);
            case RMS_PLAIN -> RmsNorm.plain(scope.path());
        };
    }

    /** Without numbers of its own. */
    private Layer norm(String path) {
        return config.norm == Norm.LAYER ? LayerNorm.plain(path) : RmsNorm.plain(path);
    }
}
