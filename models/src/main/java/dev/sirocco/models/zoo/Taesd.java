package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.GroupNorm;
import dev.sirocco.models.nn.Layer;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.Upsample;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The tiny autoencoders that Ollin Boer Bohan distilled from those of Stable Diffusion and FLUX: TAESD, TAESDXL, TAESD3,
 * TAEF1 and TAEF2 (<a href="https://github.com/madebyollin/taesd">github.com/madebyollin/taesd</a>). Pictures have
 * values from 0 to 1, latents are 8 times smaller. Encoder and decoder are published in a file each, which names the
 * parameters by the numbers of the layers.
 */
public final class Taesd {

    /**
     * What a network is made of.
     *
     * @param latent channels of the latents: 4 of Stable Diffusion's, 16 of FLUX.1's, 32 of FLUX.2's
     * @param width channels within
     * @param hasPool whether the blocks among the smallest pictures see them as a whole, as TAEF2's do
     */
    public record Config(int latent, int width, boolean hasPool) {

        public static Config stableDiffusion() {
            return new Config(4, 64, false);
        }

        /** TAEF2. */
        public static Config flux2() {
            return new Config(32, 64, true);
        }
    }

    /** Channels of pictures. */
    public static final int COLOURS = 3;
    private static final int HALVINGS = 3;
    /** By how much latents are smaller than pictures. */
    public static final int FACTOR = 1 << HALVINGS;
    private static final int BLOCKS = 3;
    private static final int POOL_GROUPS = 4;
    /** Latents are squashed to within ± this. */
    private static final double LARGEST = 3;

    private Taesd() {}

    /** Three convolutions and what came in, after, perhaps, what the norm sees of the whole picture. */
    private static final class Block implements Layer {

        private final String path;
        private final List<Convolution> convolutions = new ArrayList<>();
        private final Convolution poolIn;
        private final GroupNorm poolNorm;
        private final Convolution poolOut;

        Block(Scope scope, int width, boolean hasPool) {
            path = scope.path();
            for (int i = 0; i < 3; i++) {
                convolutions.add(convolution(scope.at("conv").at(2 * i), width, width));     // ReLUs are between them
            }
            Scope pool = scope.at("pool");
            Convolution.Config wider = Convolution.Config.same(2, width, 4 * width, 1).withoutBias();
            Convolution.Config narrower = Convolution.Config.same(2, 4 * width, width, 1).withoutBias();
            poolIn = hasPool ? new Convolution(pool.at(0), wider) : null;
            poolNorm = hasPool ? new GroupNorm(pool.at(1), POOL_GROUPS, 4 * width) : null;
            poolOut = hasPool ? new Convolution(pool.at(3), narrower) : null;
        }

        @Override
        public Tensor apply(Tensor x) {                                      // (N, width, h, w)
            try (var _ = x.graph().at(path)) {
                Tensor in = poolIn == null ? x : x.add(poolOut.apply(poolNorm.apply(poolIn.apply(x)).relu()));
                Tensor y = in;
                for (Convolution convolution : convolutions) {
                    y = convolution.apply(y == in ? y : y.relu());
                }
                return y.add(in).relu();
            }
        }
    }

    /** Layers one after the other, which count themselves. */
    private abstract static class Sequence {

        final Config config;
        private final Scope scope;
        private final List<Layer> layers = new ArrayList<>();

        Sequence(Config config, Scope scope) {
            this.config = config;
            this.scope = scope;
        }

        final Scope next() {
            return scope.at(layers.size());
        }

        final void add(Layer layer) {
            layers.add(layer);
        }

        final void addBlocks(int count, boolean hasPool) {
            for (int i = 0; i < count; i++) {
                add(new Block(next(), config.width, hasPool));
            }
        }

        final Tensor through(Tensor x) {
            for (Layer layer : layers) {
                x = layer.apply(x);
            }
            return x;
        }

        public final Parameters parameters() {
            return scope.parameters();
        }
    }

    /** Pictures to latents. */
    public static final class Encoder extends Sequence {

        public Encoder(Config config, Scope scope) {
            super(config, scope);
            add(convolution(next(), COLOURS, config.width));
            addBlocks(1, false);
            for (int i = 1; i <= HALVINGS; i++) {
                add(new Convolution(next(), Convolution.Config.same(2, config.width, config.width, 3).withStride(2)
                        .withoutBias()));
                addBlocks(BLOCKS, config.hasPool && i == HALVINGS);
            }
            add(convolution(next(), config.width, config.latent));
        }

        /** Pictures (N, 3, h, w) from 0 to 1, h and w multiples of 8 → latents (N, latent, h / 8, w / 8). */
        public Tensor apply(Tensor pictures) {
            return through(pictures);
        }
    }

    /** Latents to pictures. */
    public static final class Decoder extends Sequence {

        public Decoder(Config config, Scope scope) {
            super(config, scope);
            add(x -> x.div(LARGEST).tanh().mul(LARGEST));
            add(convolution(next(), config.latent, config.width));
            add(Tensor::relu);
            for (int i = 0; i < HALVINGS; i++) {
                addBlocks(BLOCKS, config.hasPool && i == 0);
                add(Upsample::doubled);
                add(new Convolution(next(), Convolution.Config.same(2, config.width, config.width, 3).withoutBias()));
            }
            addBlocks(1, false);
            add(convolution(next(), config.width, COLOURS));
        }

        /** Latents (N, latent, h, w) → pictures (N, 3, 8 h, 8 w) of about 0 to 1, not held there. */
        public Tensor apply(Tensor latents) {
            return through(latents);
        }
    }

    private static Convolution convolution(Scope scope, int in, int out) {
        return new Convolution(scope, Convolution.Config.same(2, in, out, 3));
    }
}
