package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.LayerNorm;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Mlp;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.PatchEmbedding;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * ConvNeXt (Liu et al. 2022): a convolutional network with a transformer's manners. The names of its parameters are
 * those of Hugging Face's facebook/convnext-tiny-224.
 */
public final class ConvNext {

    /**
     * What a network is made of.
     *
     * @param channels of the pictures
     * @param patch height and width of what one place of the first stage sees
     * @param depths blocks in each stage
     * @param widths channels in each stage; each but the first halves height and width
     * @param layerScale what the gains of what is added to the residual stream begin with, 0 for no such gains
     */
    public record Config(int channels, int patch, List<Integer> depths, List<Integer> widths, int classes,
            double layerScale) {

        /** ConvNeXt-T, for 224×224; 29M parameters. */
        public static Config tiny(int classes) {
            return new Config(3, 4, List.of(3, 3, 9, 3), List.of(96, 192, 384, 768), classes, 1e-6);
        }

        /** For pictures of about 32 rows; 0.4M parameters. */
        public static Config small(int channels, int classes) {
            return new Config(channels, 2, List.of(2, 2, 2), List.of(32, 64, 128), classes, 0);
        }
    }

    /** Each channel mixed with its 7×7 neighbourhood, then the channels with each other. */
    private final class Block {

        private final String path;
        private final Convolution depthwise;
        private final LayerNorm norm;
        private final Mlp mlp;
        private final State scale;

        Block(Scope scope, int width) {
            path = scope.path();
            depthwise = new Convolution(scope.at("dwconv"),
                    Convolution.Config.same(2, width, width, 7).withGroups(width), INIT);
            norm = new LayerNorm(scope.at("layernorm"), width, EPS);
            mlp = new Mlp(new Linear(scope.at("pwconv1"), width, 4 * width, true, INIT), null, Activation.GELU,
                    new Linear(scope.at("pwconv2"), 4 * width, width, true, INIT));
            scale = config.layerScale == 0 ? null
                    : scope.param("layer_scale_parameter", Init.constant(config.layerScale), width);
        }

        Tensor apply(Tensor x) {                                             // (N, width, H, W)
            try (var _ = x.graph().at(path)) {
                Tensor y = depthwise.apply(x).permute(0, 2, 3, 1);           // (N, H, W, width)
                y = mlp.apply(norm.apply(y));
                y = scale == null ? y : y.mul(x.read(scale));
                return x.add(y.permute(0, 3, 1, 2));                         // (N, width, H, W)
            }
        }
    }

    /** Blocks of one size; what leads to it is null at the first. */
    private record Stage(LayerNorm norm, PatchEmbedding downsample, List<Block> blocks) {}

    private static final Init INIT = Init.normal(0.02);
    private static final double EPS = 1e-6;
    /** The last norm's, in the published checkpoints. */
    private static final double LAST_EPS = 1e-12;

    private final Config config;
    private final Parameters parameters;
    private final PatchEmbedding stem;
    private final LayerNorm stemNorm;
    private final List<Stage> stages = new ArrayList<>();
    private final LayerNorm lastNorm;
    private final Linear head;

    public ConvNext(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        Scope convnext = scope.at("convnext");
        Scope embeddings = convnext.at("embeddings");
        int in = c.widths.getFirst();
        stem = new PatchEmbedding(embeddings.at("patch_embeddings"), c.channels, c.patch, in, true, INIT);
        stemNorm = new LayerNorm(embeddings.at("layernorm"), in, EPS);
        for (int i = 0; i < c.widths.size(); i++) {
            stages.add(stage(convnext.at("encoder").at("stages").at(i), i, in));
            in = c.widths.get(i);
        }
        lastNorm = new LayerNorm(convnext.at("layernorm"), in, LAST_EPS);
        head = new Linear(scope.at("classifier"), in, c.classes, true, INIT);
    }

    private Stage stage(Scope scope, int index, int in) {
        int width = config.widths.get(index);
        Scope down = scope.at("downsampling_layer");
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < config.depths.get(index); i++) {
            blocks.add(new Block(scope.at("layers").at(i), width));
        }
        return index == 0 ? new Stage(null, null, blocks)
                : new Stage(new LayerNorm(down.at(0), in, EPS),
                        new PatchEmbedding(down.at(1), in, 2, width, true, INIT), blocks);
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Pictures (N, channels, H, W), H and W being multiples of patch · 2^(stages - 1) → logits (N, classes). */
    public Tensor logits(Tensor pictures) {
        return head.apply(features(pictures));
    }

    /** The mean cross-entropy in nats; labels I32 (N). */
    public Tensor loss(Tensor pictures, Tensor labels) {
        return Losses.crossEntropy(logits(pictures), labels);
    }

    /** What the classifier sees (N, widths[last]). */
    public Tensor features(Tensor pictures) {
        int height = pictures.dim(2) / config.patch;
        Tensor rows = stemNorm.apply(stem.apply(pictures));                  // (N, places, widths[0])
        Tensor x = picture(rows, height);                                    // (N, widths[0], H / patch, W / patch)
        for (Stage stage : stages) {
            if (stage.downsample != null) {
                height /= 2;
                Tensor normed = stage.norm.apply(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
                x = picture(stage.downsample.apply(normed), height);
            }
            for (Block block : stage.blocks) {
                x = block.apply(x);                                          // (N, widths[stage], …)
            }
        }
        return lastNorm.apply(x.mean(2, 3));
    }

    private static Tensor picture(Tensor rows, int height) {                 // (N, height·width, C)
        return rows.transpose().reshape(rows.dim(0), rows.dim(2), height, rows.dim(1) / height);
    }
}
