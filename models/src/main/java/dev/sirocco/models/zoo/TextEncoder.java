package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Embedding;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.TransformerLayer;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A transformer over the tokens of a caption, as in CLIP (Radford et al. 2021, section 2.4). The names of its
 * parameters are those of Hugging Face's CLIPTextModel, below {@code text_model}.
 *
 * <p>Every caption has as many tokens as the context is long. What stands behind its end is padding, seen like any
 * other token, so it must be the same in training and later; a causal encoder does not see it before the end.
 */
public final class TextEncoder {

    /**
     * What an encoder is made of.
     *
     * @param vocabulary number of tokens
     * @param context tokens of a caption, padding among them
     * @param hidden width within the MLP
     * @param isCausal whether a token sees only those in front of it
     * @param end the token that ends a caption; every caption has it
     */
    public record Config(int vocabulary, int context, int layers, int heads, int width, int hidden,
            Activation activation, boolean isCausal, int end) {}

    private final Config config;
    private final String path;
    private final Embedding tokens;
    private final Embedding positions;
    private final List<TransformerLayer> layers = new ArrayList<>();
    private final LayerNorm lastNorm;

    public TextEncoder(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        path = scope.path();
        tokens = new Embedding(scope.at("embeddings").at("token_embedding"), c.vocabulary, c.width, Init.normal(0.02));
        positions = new Embedding(scope.at("embeddings").at("position_embedding"), c.context, c.width,
                Init.normal(0.01));
        for (int i = 0; i < c.layers; i++) {
            layers.add(new TransformerLayer(scope.at("encoder").at("layers").at(i), c.width, c.heads, c.hidden,
                    c.activation, c.isCausal, c.layers));
        }
        lastNorm = new LayerNorm(scope.at("final_layer_norm"), c.width, true);
    }

    public Config config() {
        return config;
    }

    /** Tokens I32 (N, T), T at most the context → normalised vectors, one a token (N, T, width). */
    public Tensor hidden(Tensor captions) {
        try (var _ = captions.graph().at(path)) {
            Tensor x = tokens.apply(captions).add(positions.apply(captions.graph().range(captions.dim(1))));
            for (TransformerLayer layer : layers) {
                x = layer.apply(x);                                          // (N, T, width)
            }
            return lastNorm.apply(x);
        }
    }

    /** Of {@link #hidden}, the vector at each caption's end (N, width). */
    public Tensor pooled(Tensor hidden, Tensor captions) {
        int n = captions.dim(0);
        int t = captions.dim(1);
        Tensor ends = captions.equalTo(captions.like(config.end)).argmax(1); // (N), the first one
        Tensor rows = captions.graph().range(n).mul(t).add(ends.cast(DType.I32));
        return hidden.reshape(n * t, config.width).gather(0, rows);
    }
}
