package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Attention;
import dev.sirocco.models.nn.Dropout;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.PatchEmbedding;
import dev.sirocco.models.nn.Projection;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.TransformerLayer;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Vision Transformer (Dosovitskiy et al. 2021): a picture's patches and one token for the class, through a plain
 * transformer. The names of its parameters are those of Hugging Face's google/vit-base-patch16-224.
 */
public final class Vit {

    /**
     * What a network is made of.
     *
     * @param size height and width of the pictures, a multiple of {@code patch}
     * @param patch height and width of a patch
     * @param channels of the pictures
     * @param width of the residual stream, a multiple of {@code heads}
     * @param hidden width within the MLP
     * @param dropout 0 ≤ rate < 1, after the embedding and in the residual branches, not within attention
     */
    public record Config(int size, int patch, int channels, int layers, int heads, int width, int hidden, int classes,
            double dropout) {

        /** ViT-B/16 for 224×224 (table 1), to be loaded from Hugging Face's checkpoint; 86M parameters. */
        public static Config b16(int classes) {
            return new Config(224, 16, 3, 12, 12, 768, 3072, classes, 0);
        }

        /** For pictures such as MNIST's 28×28, to be trained in minutes: 6 layers of width 128; 0.8M parameters. */
        public static Config small(int size, int patch, int channels, int classes) {
            return new Config(size, patch, channels, 6, 4, 128, 256, classes, 0);
        }

        int patches() {
            return (size / patch) * (size / patch);
        }
    }

    /** The published checkpoint's, in all layer norms. */
    private static final double EPS = 1e-12;

    private final Config config;
    private final Parameters parameters;
    private final String path;
    private final State classToken;
    private final State positions;
    private final PatchEmbedding patches;
    private final Dropout dropout;
    private final List<TransformerLayer> layers = new ArrayList<>();
    private final LayerNorm lastNorm;
    private final Linear head;

    public Vit(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        Scope vit = scope.at("vit");
        Scope embeddings = vit.at("embeddings");
        path = embeddings.path();
        classToken = embeddings.param("cls_token", Init.normal(0.02), 1, 1, c.width);
        positions = embeddings.param("position_embeddings", Init.normal(0.02), 1, 1 + c.patches(), c.width);
        patches = new PatchEmbedding(embeddings.at("patch_embeddings").at("projection"), c.channels, c.patch, c.width,
                true, Init.xavierUniform());
        dropout = new Dropout(c.dropout);
        for (int i = 0; i < c.layers; i++) {
            layers.add(layer(vit.at("encoder").at("layer").at(i)));
        }
        lastNorm = new LayerNorm(vit.at("layernorm"), c.width, EPS);
        head = linear(scope.at("classifier"), c.width, c.classes);
    }

    private TransformerLayer layer(Scope scope) {
        Config c = config;
        Scope attention = scope.at("attention");
        Projection qkv = Projection.separate(linear(attention.at("attention").at("query"), c.width, c.width),
                linear(attention.at("attention").at("key"), c.width, c.width),
                linear(attention.at("attention").at("value"), c.width, c.width));
        return new TransformerLayer(scope.path(),
                new LayerNorm(scope.at("layernorm_before"), c.width, EPS),
                new Attention(attention.path(), new Attention.Config(c.heads, c.width / c.heads, false), qkv,
                        linear(attention.at("output").at("dense"), c.width, c.width)),
                new LayerNorm(scope.at("layernorm_after"), c.width, EPS),
                new Mlp(linear(scope.at("intermediate").at("dense"), c.width, c.hidden), null, Activation.GELU,
                        linear(scope.at("output").at("dense"), c.hidden, c.width)),
                dropout);
    }

    private static Linear linear(Scope scope, int in, int out) {
        return new Linear(scope, in, out, true, Init.normal(0.02));
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Pictures (N, channels, size, size) in [-1, 1] → logits (N, classes). */
    public Tensor logits(Tensor pictures) {
        return head.apply(features(pictures));
    }

    /** The mean cross-entropy in nats; labels I32 (N). */
    public Tensor loss(Tensor pictures, Tensor labels) {
        return Losses.crossEntropy(logits(pictures), labels);
    }

    /** What the class token has become (N, width): what the classifier sees. */
    public Tensor features(Tensor pictures) {
        return hidden(pictures).slice(1, 0, 1).squeeze(1);
    }

    /** The normalised vectors of the class token and the patches (N, 1 + patches, width). */
    public Tensor hidden(Tensor pictures) {
        Tensor x = embed(pictures);                                          // (N, 1 + patches, width)
        for (TransformerLayer layer : layers) {
            x = layer.apply(x);
        }
        return lastNorm.apply(x);
    }

    private Tensor embed(Tensor pictures) {
        try (var _ = pictures.graph().at(path)) {
            Tensor first = pictures.read(classToken).broadcast(Shape.of(pictures.dim(0), 1, config.width));
            Tensor x = Tensor.concat(1, List.of(first, patches.apply(pictures)));
            return dropout.apply(x.add(pictures.read(positions)));
        }
    }
}
