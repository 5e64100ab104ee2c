package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Attention;
import dev.sirocco.models.nn.Embedding;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Projection;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * BERT (Devlin et al. 2019): a transformer in which every token sees every other one, with norms behind attention and
 * MLP. With {@link #sentence} it is a sentence encoder such as all-MiniLM-L6-v2 (Reimers and Gurevych 2019). The names
 * of its parameters are those of Hugging Face's BertModel, without its pooler.
 *
 * <p>There is no padding: texts that are read together have equally many tokens.
 */
public final class Bert {

    /**
     * What a model is made of.
     *
     * @param vocabulary number of tokens
     * @param context longest text
     * @param kinds of segments of a text, of which only the first is used
     * @param width of a token's vector, a multiple of {@code heads}
     * @param hidden width within the MLP
     */
    public record Config(int vocabulary, int context, int kinds, int layers, int heads, int width, int hidden) {

        /** bert-base-uncased. */
        public static Config base() {
            return new Config(30522, 512, 2, 12, 12, 768, 3072);
        }

        /** all-MiniLM-L6-v2. */
        public static Config miniLm() {
            return new Config(30522, 512, 2, 6, 12, 384, 1536);
        }
    }

    /** Attention, then an MLP, each added to what came in, and a norm behind. */
    private static final class Block {

        private final String path;
        private final Attention attention;
        private final LayerNorm norm1;
        private final Mlp mlp;
        private final LayerNorm norm2;

        Block(Scope scope, Config c) {
            path = scope.path();
            Scope attn = scope.at("attention");
            attention = new Attention(attn.path(), new Attention.Config(c.heads, c.width / c.heads, false),
                    Projection.separate(linear(attn.at("self").at("query"), c.width, c.width),
                            linear(attn.at("self").at("key"), c.width, c.width),
                            linear(attn.at("self").at("value"), c.width, c.width)),
                    linear(attn.at("output").at("dense"), c.width, c.width));
            norm1 = new LayerNorm(attn.at("output").at("LayerNorm"), c.width, EPS);
            mlp = new Mlp(linear(scope.at("intermediate").at("dense"), c.width, c.hidden), null, Activation.GELU,
                    linear(scope.at("output").at("dense"), c.hidden, c.width));
            norm2 = new LayerNorm(scope.at("output").at("LayerNorm"), c.width, EPS);
        }

        Tensor apply(Tensor x) {                                             // (B, T, width)
            try (var _ = x.graph().at(path)) {
                x = norm1.apply(x.add(attention.apply(x)));
                return norm2.apply(x.add(mlp.apply(x)));
            }
        }
    }

    private static final Init INIT = Init.normal(0.02);
    private static final double EPS = 1e-12;

    private final Config config;
    private final Parameters parameters;
    private final Embedding tokens;
    private final Embedding positions;
    private final Embedding kinds;
    private final LayerNorm norm;
    private final List<Block> blocks = new ArrayList<>();

    public Bert(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        Scope embeddings = scope.at("embeddings");
        tokens = new Embedding(embeddings.at("word_embeddings"), c.vocabulary, c.width, INIT);
        positions = new Embedding(embeddings.at("position_embeddings"), c.context, c.width, INIT);
        kinds = new Embedding(embeddings.at("token_type_embeddings"), c.kinds, c.width, INIT);
        norm = new LayerNorm(embeddings.at("LayerNorm"), c.width, EPS);
        for (int i = 0; i < c.layers; i++) {
            blocks.add(new Block(scope.at("encoder").at("layer").at(i), c));
        }
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Tokens I32 (B, T), T at most the context → a vector for each (B, T, width). */
    public Tensor hidden(Tensor idx) {
        Tensor places = idx.read(positions.weight()).slice(0, 0, idx.dim(1));                // (T, width)
        Tensor kind = idx.read(kinds.weight()).slice(0, 0, 1);               // (1, width)
        Tensor x = norm.apply(tokens.apply(idx).add(places).add(kind));      // (B, T, width)
        for (Block block : blocks) {
            x = block.apply(x);
        }
        return x;
    }

    /** Tokens I32 (B, T) → the direction of each text (B, width): the mean of its tokens, of length 1. */
    public Tensor sentence(Tensor idx) {
        Tensor mean = hidden(idx).mean(1);                                   // (B, width)
        return mean.div(mean.square().sumKeep(-1).sqrt());
    }

    private static Linear linear(Scope scope, int in, int out) {
        return new Linear(scope, in, out, true, INIT);
    }
}
