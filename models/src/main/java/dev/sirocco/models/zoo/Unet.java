package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.Downsample;
import dev.sirocco.models.nn.Embedding;
import dev.sirocco.models.nn.GroupNorm;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.ResidualBlock;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.SpatialAttention;
import dev.sirocco.models.nn.TimestepEmbedding;
import dev.sirocco.models.nn.Upsample;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The network of DDPM (Ho et al. 2020, appendix B): what to take away from noisy pictures, for a time and
 * perhaps a class or words, whose vectors are added to the time's.
 * Residual blocks on the way down, whose outputs are remembered, and on the way up, where they are met again
 * (Ronneberger et al. 2015). The names of its parameters are those of diffusers' UNet2DModel.
 */
public final class Unet {

    /**
     * What a network is made of.
     *
     * @param channels of the pictures
     * @param widths channels at each level, multiples of {@code groups}; each level but the first halves height and
     *     width
     * @param blocks residual blocks at each level on the way down; there is one more on the way up
     * @param attention the levels that have attention behind each block, counted from 0; the middle has it always
     * @param headSize of the attention, 0 for one head
     * @param groups of the norms
     * @param classes 0 for none; there is one more, which says nothing about the class and is used for guidance
     * @param vocabulary words of captions, 0 for none; word 0 says nothing
     * @param dropout 0 ≤ rate < 1, within the residual blocks
     */
    public record Config(int channels, List<Integer> widths, int blocks, List<Integer> attention, int headSize,
            int groups, int classes, int vocabulary, double dropout) {

        /** DDPM's for CIFAR-10's 32×32 pictures; 36M parameters. */
        public static Config cifar10() {
            return new Config(3, List.of(128, 256, 256, 256), 2, List.of(1), 0, 32, 0, 0, 0.1);
        }

        /** For pictures of 28 to 64 rows, to be trained on a CPU; 4M parameters. */
        public static Config small(int channels, int classes) {
            return new Config(channels, List.of(32, 64, 128), 2, List.of(2), 32, 8, classes, 0, 0);
        }

        /** The class that says nothing. */
        public int noClass() {
            return classes;
        }
    }

    /** A residual block and, at some levels, attention. */
    private record Block(ResidualBlock residual, SpatialAttention attention) {

        Tensor apply(Tensor x, Tensor times) {
            Tensor y = residual.apply(x, times);
            return attention == null ? y : attention.apply(y);
        }
    }

    /** The blocks of one size, and what leads to the next one; null at the end. */
    private record Down(List<Block> blocks, Downsample downsample) {}

    private record Up(List<Block> blocks, Upsample upsample) {}

    private static final double EPS = 1e-5;

    private final Config config;
    private final Parameters parameters;
    private final int timeWidth;
    private final Convolution first;
    private final TimestepEmbedding time;
    private final Embedding labels;
    private final Embedding words;
    private final List<Down> downs = new ArrayList<>();
    private final Block middle;
    private final ResidualBlock middleEnd;
    private final List<Up> ups = new ArrayList<>();
    private final GroupNorm norm;
    private final Convolution last;

    public Unet(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        int width = c.widths.getFirst();
        timeWidth = 4 * width;
        first = convolution(scope.at("conv_in"), c.channels, width);
        time = new TimestepEmbedding(scope.at("time_embedding").at("linear_1"),
                scope.at("time_embedding").at("linear_2"), width, timeWidth, Init.uniformFanIn(1 / Math.sqrt(3)));
        labels = c.classes == 0 ? null
                : new Embedding(scope.at("class_embedding"), c.classes + 1, timeWidth, Init.normal(1));
        words = c.vocabulary == 0 ? null
                : new Embedding(scope.at("word_embedding"), c.vocabulary, timeWidth, Init.normal(1));
        Deque<Integer> remembered = new ArrayDeque<>(List.of(width));        // channels, the latest on top
        int in = width;
        for (int level = 0; level < c.widths.size(); level++) {
            in = addDown(scope.at("down_blocks").at(level), level, in, remembered);
        }
        Scope mid = scope.at("mid_block");
        middle = new Block(residual(mid.at("resnets").at(0), in, in), attention(mid.at("attentions").at(0), in));
        middleEnd = residual(mid.at("resnets").at(1), in, in);
        for (int i = 0; i < c.widths.size(); i++) {
            in = addUp(scope.at("up_blocks").at(i), c.widths.size() - 1 - i, in, remembered);
        }
        norm = new GroupNorm(scope.at("conv_norm_out"), c.groups, in, EPS);
        last = convolution(scope.at("conv_out"), in, c.channels);
    }

    private int addDown(Scope scope, int level, int in, Deque<Integer> remembered) {
        int out = config.widths.get(level);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < config.blocks; i++) {
            blocks.add(block(scope, i, i == 0 ? in : out, out, level));
            remembered.push(out);
        }
        boolean isLast = level == config.widths.size() - 1;
        if (!isLast) {
            remembered.push(out);
        }
        downs.add(new Down(blocks, isLast ? null : new Downsample(scope.at("downsamplers").at(0), out, false)));
        return out;
    }

    private int addUp(Scope scope, int level, int in, Deque<Integer> remembered) {
        int out = config.widths.get(level);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i <= config.blocks; i++) {
            blocks.add(block(scope, i, (i == 0 ? in : out) + remembered.pop(), out, level));
        }
        ups.add(new Up(blocks, level == 0 ? null : new Upsample(scope.at("upsamplers").at(0), out)));
        return out;
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /**
     * The network's prediction, of the shape of x.
     *
     * @param x noisy pictures (N, channels, H, W), H and W being multiples of 2^(levels - 1)
     * @param times F32 (N), from 0 to 1000
     * @param told classes I32 (N), or words I32 (N, any number) in any order, or null if the network knows neither
     */
    public Tensor apply(Tensor x, Tensor times, Tensor told) {
        Tensor t = time.apply(times);                                        // (N, timeWidth)
        t = labels == null ? t : t.add(labels.apply(told));
        t = words == null ? t : t.add(sum(told));
        Deque<Tensor> remembered = new ArrayDeque<>();
        Tensor h = first.apply(x);                                           // (N, widths[0], H, W)
        remembered.push(h);
        for (Down down : downs) {
            for (Block block : down.blocks) {
                h = block.apply(h, t);                                       // (N, widths[level], H / 2^level, …)
                remembered.push(h);
            }
            if (down.downsample != null) {
                h = down.downsample.apply(h);
                remembered.push(h);
            }
        }
        h = middleEnd.apply(middle.apply(h, t), t);
        for (Up up : ups) {
            for (Block block : up.blocks) {
                h = block.apply(Tensor.concat(1, List.of(h, remembered.pop())), t);
            }
            h = up.upsample == null ? h : up.upsample.apply(h);
        }
        return last.apply(norm.apply(h).silu());
    }

    /** The sum of the words' vectors, over the root of how many there are, so that it is as long as one of them. */
    private Tensor sum(Tensor told) {
        Tensor isWord = told.cast(DType.F32).greater(0.5);                   // (N, L)
        Tensor count = isWord.sumKeep(1).maximum(1);                         // (N, 1)
        return words.apply(told).mul(isWord.unsqueeze(-1)).sum(1).div(count.sqrt());
    }

    private Block block(Scope scope, int index, int in, int out, int level) {
        return new Block(residual(scope.at("resnets").at(index), in, out),
                config.attention.contains(level) ? attention(scope.at("attentions").at(index), out) : null);
    }

    private ResidualBlock residual(Scope scope, int in, int out) {
        return new ResidualBlock(scope, in, out, config.groups, EPS, timeWidth, config.dropout);
    }

    private SpatialAttention attention(Scope scope, int width) {
        return new SpatialAttention(scope, width, config.headSize == 0 ? 1 : width / config.headSize, config.groups,
                EPS);
    }

    private static Convolution convolution(Scope scope, int in, int out) {
        return new Convolution(scope, Convolution.Config.same(2, in, out, 3));
    }
}
