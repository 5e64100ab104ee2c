package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.Downsample;
import dev.sirocco.models.nn.GroupNorm;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.ResidualBlock;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.SpatialAttention;
import dev.sirocco.models.nn.Upsample;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The autoencoder of latent diffusion (Rombach et al. 2022, appendix G): pictures to a smaller grid of numbers, kept
 * near a normal distribution, and back. The names of its parameters are those of diffusers' AutoencoderKL, which has
 * Stable Diffusion's weights.
 */
public final class AutoencoderKl {

    /** As in Stable Diffusion; latents further away than e^±15 deviations mean nothing. */
    private static final double LEAST_LOG_VARIANCE = -30;
    private static final double LARGEST_LOG_VARIANCE = 20;
    private static final double EPS = 1e-6;

    /**
     * What an autoencoder is made of.
     *
     * @param channels of the pictures
     * @param latent channels of the latents
     * @param widths channels at each level, multiples of {@code groups}; each level but the first halves height and
     *     width
     * @param blocks residual blocks at each level of the encoder; the decoder has one more
     * @param groups of the norms
     * @param hasAttention whether there is attention at the lowest level
     * @param hasQuantConv whether 1×1 convolutions stand behind the encoder and in front of the decoder
     * @param scale of the latents that a diffusion sees, (latents - shift) · scale having about variance 1
     */
    public record Config(int channels, int latent, List<Integer> widths, int blocks, int groups, boolean hasAttention,
            boolean hasQuantConv, double scale, double shift) {

        /** Stable Diffusion's, 8 times smaller in height and width; 84M parameters. */
        public static Config stableDiffusion() {
            return new Config(3, 4, List.of(128, 256, 512, 512), 2, 32, true, true, 0.18215, 0);
        }

        /** For pictures of 28 to 64 rows, 4 times smaller in height and width; 2.6M parameters. */
        public static Config small(int channels, int latent) {
            return new Config(channels, latent, List.of(32, 64, 128), 1, 8, false, true, 1, 0);
        }

        /** With the scale and shift that were measured on a data set. */
        public Config withScale(double otherScale, double otherShift) {
            return new Config(channels, latent, widths, blocks, groups, hasAttention, hasQuantConv, otherScale,
                    otherShift);
        }

        /** How many times smaller the latents' height and width are than the pictures'. */
        public int factor() {
            return 1 << (widths.size() - 1);
        }
    }

    /** A normal distribution of latents (N, latent, h, w). */
    public record Posterior(Tensor mean, Tensor logVariance) {

        /** @param noise standard normal, of the mean's shape */
        public Tensor sample(Tensor noise) {
            return mean.add(logVariance.mul(0.5).exp().mul(noise));
        }

        /** The divergence from the standard normal distribution, the mean over all elements. */
        public Tensor kl() {
            return Losses.klToStandardNormal(mean, logVariance);
        }
    }

    /** The lowest level: two residual blocks, and between them attention. */
    private final class Middle {

        private final ResidualBlock first;
        private final SpatialAttention attention;
        private final ResidualBlock second;

        Middle(Scope scope, int width) {
            first = block(scope.at("resnets").at(0), width, width);
            attention = config.hasAttention
                    ? new SpatialAttention(scope.at("attentions").at(0), width, 1, config.groups, EPS) : null;
            second = block(scope.at("resnets").at(1), width, width);
        }

        Tensor apply(Tensor x) {
            x = first.apply(x);
            return second.apply(attention == null ? x : attention.apply(x));
        }
    }

    /** Pictures (N, channels, H, W) → moments (N, 2·latent, H / factor, W / factor). */
    private final class Encoder {

        private final Convolution first;
        private final List<List<ResidualBlock>> blocks = new ArrayList<>();
        private final List<Downsample> downsamplers = new ArrayList<>();
        private final Middle middle;
        private final GroupNorm norm;
        private final Convolution last;

        Encoder(Scope scope) {
            List<Integer> widths = config.widths;
            int in = widths.getFirst();
            first = convolution(scope.at("conv_in"), config.channels, in, 3);
            for (int level = 0; level < widths.size(); level++) {
                Scope at = scope.at("down_blocks").at(level);
                blocks.add(blocks(at, in, widths.get(level), config.blocks));
                in = widths.get(level);
                if (level < widths.size() - 1) {
                    downsamplers.add(new Downsample(at.at("downsamplers").at(0), in, true));
                }
            }
            middle = new Middle(scope.at("mid_block"), in);
            norm = new GroupNorm(scope.at("conv_norm_out"), config.groups, in, EPS);
            last = convolution(scope.at("conv_out"), in, 2 * config.latent, 3);
        }

        Tensor apply(Tensor x) {
            x = first.apply(x);                                              // (N, widths[0], H, W)
            for (int level = 0; level < blocks.size(); level++) {
                for (ResidualBlock block : blocks.get(level)) {
                    x = block.apply(x);                                      // (N, widths[level], H / 2^level, …)
                }
                x = level < downsamplers.size() ? downsamplers.get(level).apply(x) : x;
            }
            return last.apply(norm.apply(middle.apply(x)).silu());
        }
    }

    /** Latents (N, latent, h, w) → pictures (N, channels, h·factor, w·factor). */
    private final class Decoder {

        private final Convolution first;
        private final Middle middle;
        private final List<List<ResidualBlock>> blocks = new ArrayList<>();
        private final List<Upsample> upsamplers = new ArrayList<>();
        private final GroupNorm norm;
        private final Convolution last;

        Decoder(Scope scope) {
            List<Integer> widths = config.widths.reversed();
            int in = widths.getFirst();
            first = convolution(scope.at("conv_in"), config.latent, in, 3);
            middle = new Middle(scope.at("mid_block"), in);
            for (int level = 0; level < widths.size(); level++) {
                Scope at = scope.at("up_blocks").at(level);
                blocks.add(blocks(at, in, widths.get(level), config.blocks + 1));
                in = widths.get(level);
                if (level < widths.size() - 1) {
                    upsamplers.add(new Upsample(at.at("upsamplers").at(0), in));
                }
            }
            norm = new GroupNorm(scope.at("conv_norm_out"), config.groups, in, EPS);
            last = convolution(scope.at("conv_out"), in, config.channels, 3);
        }

        Tensor apply(Tensor z) {
            Tensor x = middle.apply(first.apply(z));                         // (N, widths[last], h, w)
            for (int level = 0; level < blocks.size(); level++) {
                for (ResidualBlock block : blocks.get(level)) {
                    x = block.apply(x);
                }
                x = level < upsamplers.size() ? upsamplers.get(level).apply(x) : x;
            }
            return last.apply(norm.apply(x).silu());
        }
    }

    private final Config config;
    private final Parameters parameters;
    private final Encoder encoder;
    private final Convolution quant;
    private final Convolution postQuant;
    private final Decoder decoder;

    public AutoencoderKl(Config config, Scope scope) {
        Config c = config;
        this.config = config;
        parameters = scope.parameters();
        encoder = new Encoder(scope.at("encoder"));
        quant = c.hasQuantConv ? convolution(scope.at("quant_conv"), 2 * c.latent, 2 * c.latent, 1) : null;
        postQuant = c.hasQuantConv ? convolution(scope.at("post_quant_conv"), c.latent, c.latent, 1) : null;
        decoder = new Decoder(scope.at("decoder"));
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /** Pictures (N, channels, H, W) in [-1, 1], H and W being multiples of the factor → latents, not yet scaled. */
    public Posterior encode(Tensor pictures) {
        Tensor moments = encoder.apply(pictures);                            // (N, 2·latent, h, w)
        List<Tensor> parts = (quant == null ? moments : quant.apply(moments)).split(1, 2);
        return new Posterior(parts.get(0),
                parts.get(1).maximum(LEAST_LOG_VARIANCE).minimum(LARGEST_LOG_VARIANCE));
    }

    /** Latents (N, latent, h, w), not scaled → pictures (N, channels, H, W), about in [-1, 1]. */
    public Tensor decode(Tensor latents) {
        return decoder.apply(postQuant == null ? latents : postQuant.apply(latents));
    }

    /** Latents as a diffusion sees them, of about variance 1. */
    public Tensor scaled(Tensor latents) {
        return latents.sub(config.shift).mul(config.scale);
    }

    /** What {@link #scaled} was given. */
    public Tensor unscaled(Tensor scaled) {
        return scaled.div(config.scale).add(config.shift);
    }

    private List<ResidualBlock> blocks(Scope scope, int in, int out, int count) {
        List<ResidualBlock> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(block(scope.at("resnets").at(i), i == 0 ? in : out, out));
        }
        return blocks;
    }

    private ResidualBlock block(Scope scope, int in, int out) {
        return new ResidualBlock(scope, in, out, config.groups, EPS, 0, 0);
    }

    private static Convolution convolution(Scope scope, int in, int out, int kernel) {
        return new Convolution(scope, Convolution.Config.same(2, in, out, kernel));
    }
}
