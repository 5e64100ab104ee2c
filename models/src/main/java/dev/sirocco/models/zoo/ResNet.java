package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.BatchNorm;
import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Linear;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Residual network of two-layer blocks (He et al. 2015, section 4.2), for small pictures: a 3×3 stem and no pooling in
 * front. The names of its parameters are torchvision's.
 */
public final class ResNet {

    /**
     * What a network is made of.
     *
     * @param channels of the pictures
     * @param widths of the stages; each but the first halves height and width
     * @param blocks in each stage
     */
    public record Config(int channels, List<Integer> widths, int blocks, int classes) {

        /** ResNet-18. */
        public static Config resNet18(int channels, int classes) {
            return new Config(channels, List.of(64, 128, 256, 512), 2, classes);
        }
    }

    /** Two convolutions and what they are added to: the input itself, or a 1×1 convolution of it. */
    private static final class Block {

        private final Convolution conv1;
        private final BatchNorm norm1;
        private final Convolution conv2;
        private final BatchNorm norm2;
        private final Convolution shortcut;
        private final BatchNorm shortcutNorm;

        Block(Scope scope, int in, int out, int stride) {
            conv1 = convolution(scope.at("conv1"), in, out, 3, stride);
            norm1 = new BatchNorm(scope.at("bn1"), out);
            conv2 = convolution(scope.at("conv2"), out, out, 3, 1);
            norm2 = new BatchNorm(scope.at("bn2"), out);
            boolean changes = stride != 1 || in != out;
            shortcut = changes ? convolution(scope.at("downsample").at(0), in, out, 1, stride) : null;
            shortcutNorm = changes ? new BatchNorm(scope.at("downsample").at(1), out) : null;
        }

        Tensor apply(Tensor x) {                                            // (N, in, H, W)
            Tensor y = norm1.apply(conv1.apply(x)).relu();                  // (N, out, H / stride, W / stride)
            y = norm2.apply(conv2.apply(y));
            return y.add(shortcut == null ? x : shortcutNorm.apply(shortcut.apply(x))).relu();
        }
    }

    private final Parameters parameters;
    private final Convolution stem;
    private final BatchNorm stemNorm;
    private final List<Block> blocks = new ArrayList<>();
    private final Linear head;

    public ResNet(Config config, Scope scope) {
        parameters = scope.parameters();
        int in = config.widths.getFirst();
        stem = convolution(scope.at("conv1"), config.channels, in, 3, 1);
        stemNorm = new BatchNorm(scope.at("bn1"), in);
        for (int stage = 0; stage < config.widths.size(); stage++) {
            int out = config.widths.get(stage);
            for (int block = 0; block < config.blocks; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                blocks.add(new Block(scope.at("layer" + (stage + 1)).at(block), in, out, stride));
                in = out;
            }
        }
        head = new Linear(scope.at("fc"), in, config.classes, true);
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Pictures (N, channels, H, W) → logits (N, classes). */
    public Tensor logits(Tensor pictures) {
        Tensor x = stemNorm.apply(stem.apply(pictures)).relu();             // (N, 64, H, W)
        for (Block block : blocks) {
            x = block.apply(x);
        }
        return head.apply(x.mean(2, 3));                                    // (N, 512) → (N, classes)
    }

    private static Convolution convolution(Scope scope, int in, int out, int kernel, int stride) {
        return new Convolution(scope, Convolution.Config.same(2, in, out, kernel).withStride(stride).withoutBias(),
                Init.he());
    }
}
