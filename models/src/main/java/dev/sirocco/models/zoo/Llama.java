package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Attention;
import dev.sirocco.models.nn.Embedding;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Projection;
import dev.sirocco.models.nn.RmsNorm;
import dev.sirocco.models.nn.Rotary;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Llama (Touvron et al. 2023, section 2.2; with grouped queries since Llama 2): a transformer with RMS norms in front
 * of attention and MLP, rotary positions, and MLPs gated by SiLU. The names of its parameters are those of Hugging
 * Face's checkpoints.
 */
public final class Llama implements LanguageModel {

    /**
     * What a model is made of.
     *
     * @param vocabulary number of tokens
     * @param context longest sequence in training
     * @param kvHeads heads of keys and values; divides {@code heads}
     * @param headSize elements of one head, even
     * @param width of the residual stream
     * @param hidden width within the MLP
     * @param eps added to the mean squares of the norms
     * @param rotaryBase of the angles' geometric row
     * @param isInterleaved whether neighbours are turned together, as in Meta's own files and those of llama.cpp and
     *     llama2.c, or elements half a head apart, as in Hugging Face's
     * @param isTied whether the output layer shares the embedding's weight
     */
    public record Config(int vocabulary, int context, int layers, int heads, int kvHeads, int headSize, int width,
            int hidden, double eps, double rotaryBase, boolean isInterleaved, boolean isTied) {}

    /** One layer: attention, then MLP, both added to the residual stream. */
    private final class Block {

        private final String path;
        private final RmsNorm norm1;
        private final Attention attention;
        private final RmsNorm norm2;
        private final Mlp mlp;

        Block(Scope scope) {
            Config c = config;
            path = scope.path();
            norm1 = norm(scope.at("input_layernorm"));
            Scope attn = scope.at("self_attn");
            attention = new Attention(attn.path(),
                    new Attention.Config(c.heads, c.kvHeads, c.headSize, true, false, rotary, false),
                    Projection.separate(linear(attn.at("q_proj"), c.width, c.heads * c.headSize),
                            linear(attn.at("k_proj"), c.width, c.kvHeads * c.headSize),
                            linear(attn.at("v_proj"), c.width, c.kvHeads * c.headSize)),
                    linear(attn.at("o_proj"), c.heads * c.headSize, c.width));
            norm2 = norm(scope.at("post_attention_layernorm"));
            Scope m = scope.at("mlp");
            mlp = new Mlp(linear(m.at("up_proj"), c.width, c.hidden), linear(m.at("gate_proj"), c.width, c.hidden),
                    Activation.SILU, linear(m.at("down_proj"), c.hidden, c.width));
        }

        /** Tokens from a position on (B, T, width), after those that the cache remembers. */
        Tensor apply(Tensor x, Tensor position, Attention.Cache cache) {
            try (var _ = x.graph().at(path)) {
                Tensor n = norm1.apply(x);
                x = x.add(cache == null ? attention.apply(n) : attention.apply(n, position, cache));
                return x.add(mlp.apply(norm2.apply(x)));
            }
        }
    }

    private static final Init INIT = Init.normal(0.02);

    private final Config config;
    private final Parameters parameters;
    private final Rotary rotary;
    private final Embedding tokens;
    private final List<Block> blocks = new ArrayList<>();
    private final RmsNorm lastNorm;
    private final Linear head;

    public Llama(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        rotary = new Rotary(c.headSize, c.rotaryBase, c.isInterleaved);
        Scope model = scope.at("model");
        tokens = new Embedding(model.at("embed_tokens"), c.vocabulary, c.width, INIT);
        for (int i = 0; i < c.layers; i++) {
            blocks.add(new Block(model.at("layers").at(i)));
        }
        lastNorm = norm(model.at("norm"));
        head = c.isTied ? new Linear("lm_head", tokens.weight(), null, false)
                : linear(scope.at("lm_head"), c.width, c.vocabulary);
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
        return 2L * config.layers * config.kvHeads * config.headSize;
    }

    /** Tokens I32 (B, T) → the logits of each next token (B, T, vocabulary). */
    public Tensor logits(Tensor idx) {
        Tensor x = tokens.apply(idx);                                        // (B, T, width)
        for (Block block : blocks) {
            x = block.apply(x, null, null);
        }
        return head.apply(lastNorm.apply(x));
    }

    @Override
    public Reader reader(int batch, int capacity) {
        List<Attention.Cache> caches = blocks.stream().map(block -> block.attention.cache(batch, capacity)).toList();
        return (idx, position, last) -> {
            Tensor x = tokens.apply(idx);                                    // (B, T, width)
            for (int i = 0; i < blocks.size(); i++) {
                x = blocks.get(i).apply(x, position, caches.get(i));
            }
            return head.apply(lastNorm.apply(x.gather(1, last).squeeze(1)));                 // (B, vocabulary)
        };
    }

    private RmsNorm norm(Scope scope) {
        return new RmsNorm(scope, config.width, config.eps);
    }

    private static Linear linear(Scope scope, int in, int out) {
        return new Linear(scope, in, out, false, INIT);
    }
}
