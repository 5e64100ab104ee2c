package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.PatchEmbedding;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.TransformerLayer;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures and captions as vectors of one space, those that belong together pointing the same way (Radford et al.
 * 2021). The names of its parameters are those of Hugging Face's CLIPModel.
 */
public final class Clip {

    /**
     * What a network is made of.
     *
     * @param size height and width of the pictures, a multiple of {@code patch}
     * @param patch height and width of a patch
     * @param channels of the pictures
     * @param hidden width within the MLP of the pictures' encoder
     * @param vocabulary number of tokens
     * @param context tokens of a caption; see {@link TextEncoder}
     * @param textHidden width within the MLP of the captions' encoder
     * @param end the token that ends a caption
     * @param common size of the space that both are projected into
     */
    public record Config(int size, int patch, int channels, int layers, int heads, int width, int hidden,
            int vocabulary, int context, int textLayers, int textHeads, int textWidth, int textHidden, int end,
            int common, Activation activation) {

        /** The published ViT-B/32; 151M parameters. */
        public static Config b32() {
            return new Config(224, 32, 3, 12, 12, 768, 3072, 49_408, 77, 12, 8, 512, 2048, 49_407, 512,
                    Activation.QUICK_GELU);
        }

        /** For small pictures and short captions, to be trained in minutes. */
        public static Config small(int size, int patch, int channels, int vocabulary, int context, int end) {
            return new Config(size, patch, channels, 6, 4, 192, 768, vocabulary, context, 3, 4, 128, 512, end, 128,
                    Activation.GELU);
        }

        TextEncoder.Config text() {
            return new TextEncoder.Config(vocabulary, context, textLayers, textHeads, textWidth, textHidden, activation,
                    true, end);
        }
    }

    /** A Vision Transformer with one more norm, in front of its layers, and no bias for the patches. */
    private final class PictureEncoder {

        private final String path;
        private final State classToken;
        private final PatchEmbedding patches;
        private final State positions;
        private final LayerNorm firstNorm;
        private final List<TransformerLayer> layers = new ArrayList<>();
        private final LayerNorm lastNorm;

        PictureEncoder(Scope scope) {
            Config c = config;
            Scope embeddings = scope.at("embeddings");
            int places = 1 + (c.size / c.patch) * (c.size / c.patch);
            path = scope.path();
            classToken = embeddings.param("class_embedding", Init.normal(0.02), c.width);
            patches = new PatchEmbedding(embeddings.at("patch_embedding"), c.channels, c.patch, c.width, false,
                    Init.xavierUniform());
            positions = embeddings.at("position_embedding").param("weight", Init.normal(0.02), places, c.width);
            firstNorm = new LayerNorm(scope.at("pre_layrnorm"), c.width, true);         // published with this typo
            for (int i = 0; i < c.layers; i++) {
                layers.add(new TransformerLayer(scope.at("encoder").at("layers").at(i), c.width, c.heads, c.hidden,
                        c.activation, false, c.layers));
            }
            lastNorm = new LayerNorm(scope.at("post_layernorm"), c.width, true);
        }

        Tensor apply(Tensor pictures) {                                      // (N, channels, size, size)
            try (var _ = pictures.graph().at(path)) {
                Tensor first = pictures.read(classToken).broadcast(Shape.of(pictures.dim(0), 1, config.width));
                Tensor x = Tensor.concat(1, List.of(first, patches.apply(pictures)));
                x = firstNorm.apply(x.add(pictures.read(positions)));        // (N, 1 + patches, width)
                for (TransformerLayer layer : layers) {
                    x = layer.apply(x);
                }
                return lastNorm.apply(x.slice(1, 0, 1).squeeze(1));          // (N, width)
            }
        }
    }

    /** Section 2.5: so that training stays stable. */
    private static final double LARGEST_SCALE = 100;
    private static final double FIRST_SCALE = 1 / 0.07;

    private final Config config;
    private final Parameters parameters;
    private final PictureEncoder pictureEncoder;
    private final Linear pictureProjection;
    private final TextEncoder textEncoder;
    private final Linear textProjection;
    private final State logitScale;

    public Clip(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        pictureEncoder = new PictureEncoder(scope.at("vision_model"));
        pictureProjection = new Linear(scope.at("visual_projection"), c.width, c.common, false,
                Init.normal(1 / Math.sqrt(c.width)));
        textEncoder = new TextEncoder(c.text(), scope.at("text_model"));
        textProjection = new Linear(scope.at("text_projection"), c.textWidth, c.common, false,
                Init.normal(1 / Math.sqrt(c.textWidth)));
        logitScale = scope.param("logit_scale", Init.constant(Math.log(FIRST_SCALE)));
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Pictures (N, channels, size, size) → vectors of length 1 (N, common). */
    public Tensor ofPictures(Tensor pictures) {
        return unit(pictureProjection.apply(pictureEncoder.apply(pictures)));
    }

    /** Tokens I32 (M, context) → vectors of length 1 (M, common). */
    public Tensor ofCaptions(Tensor captions) {
        Tensor hidden = textEncoder.hidden(captions);                        // (M, context, textWidth)
        return unit(textProjection.apply(textEncoder.pooled(hidden, captions)));
    }

    /** How well each picture fits each caption: vectors (N, common) and (M, common) → logits (N, M). */
    public Tensor logits(Tensor pictures, Tensor captions) {
        Tensor scale = pictures.read(logitScale).exp().minimum(LARGEST_SCALE);
        return pictures.matmul(captions.transpose()).mul(scale);
    }

    /** For pictures (N, channels, size, size) and their captions (N, context): which belongs to which (figure 3). */
    public Tensor loss(Tensor pictures, Tensor captions) {
        Tensor logits = logits(ofPictures(pictures), ofCaptions(captions));  // (N, N)
        Tensor own = pictures.graph().range(pictures.dim(0));
        return Losses.crossEntropy(logits, own).add(Losses.crossEntropy(logits.transpose(), own)).mul(0.5);
    }

    private static Tensor unit(Tensor x) {
        return x.mul(x.square().sumKeep(-1).rsqrt());
    }
}
