package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What a vocoder learns to deceive (Siuzdak 2024, section 3.3): networks that look at every p-th sample (Kong et al.
 * 2020, "HiFi-GAN", section 2.3), and networks that look at spectra, band by band (Kumar et al. 2023, "Improved
 * RVQGAN").
 *
 * <p>The names of their parameters are those of Vocos' training checkpoints. Everything is weight-normalised.
 */
public final class VocosDiscriminators {

    /** A discriminator of spectra counts this much. */
    private static final double RESOLUTION_SHARE = 0.1;
    /** The norm that PyTorch's default of weights, uniform in ±1/√fan-in, has. */
    private static final double NORM = 1 / Math.sqrt(3);

    /**
     * What they are made of.
     *
     * @param periods        a network for each
     * @param periodChannels of its layers, each but the last of which keeps a third of the places
     * @param fftSizes       a network for the spectrum of each
     * @param overlap        of the spectrum's frames that a sample is in: a hop is an overlap-th of a frame
     * @param bandChannels   of all its layers
     */
    public record Config(List<Integer> periods, List<Integer> periodChannels, List<Integer> fftSizes, int overlap,
            int bandChannels) {

        /** The published ones; 41M and 1.4M parameters. */
        public static Config published() {
            return new Config(List.of(2, 3, 5, 7, 11), List.of(32, 128, 512, 1024, 1024), List.of(2048, 1024, 512), 4,
                    32);
        }

        /** Small ones, for training on a CPU; 2.8M parameters and a twentieth of the published ones' work. */
        public static Config small() {
            return new Config(List.of(2, 3, 5, 7, 11), List.of(8, 32, 128, 256, 256), List.of(1024, 256), 2, 16);
        }
    }

    /**
     * What one of them says of sounds.
     *
     * @param score    for each place of each sound: above 0 for real, below for made
     * @param features what its layers found on the way, to be compared with those of another sound
     */
    public record Verdict(Tensor score, List<Tensor> features) {}

    /** One discriminator of sounds (N, samples). */
    private interface Discriminator {
        Verdict judge(Tensor sound);
    }

    /** A convolution whose weights are a direction and a length for each output (Salimans and Kingma 2016). */
    private record Normed(String path, State v, State g, State bias, Convolution op) {

        static Normed of(Scope scope, int in, int out, int kernelHeight, int kernelWidth, int strideHeight,
                int strideWidth) {
            List<Integer> pads = List.of(kernelHeight / 2, kernelWidth / 2);
            return new Normed(scope.path(),
                    scope.param("weight_v", Init.uniformFanIn(1 / Math.sqrt(3)), out, in, kernelHeight, kernelWidth),
                    scope.param("weight_g", Init.constant(NORM), out, 1, 1, 1),
                    scope.param("bias", Init.zeros(), out),
                    new Convolution(List.of(strideHeight, strideWidth), pads, pads, List.of(1, 1), 1));
        }

        Tensor apply(Tensor x) {                                             // (N, in, height, width)
            try (var _ = x.graph().at(path)) {
                Tensor direction = x.read(v);                                // (out, in, kernel, kernel)
                Tensor w = direction.mul(x.read(g).mul(direction.square().sumKeep(1, 2, 3).rsqrt()));
                return x.graph().add(op, x, w).add(x.read(bias).reshape(-1, 1, 1));
            }
        }
    }

    /** Layers one after the other; what all but the first find is kept. */
    private static Tensor through(List<Normed> layers, Tensor x, List<Tensor> features) {
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            y = Activation.LEAKY_RELU.apply(layers.get(i).apply(y));
            if (i > 0) {
                features.add(y);
            }
        }
        return y;
    }

    // ---- periods ----------------------------------------------------------------------------------------------

    /** Sees samples that are a period apart as neighbours. */
    private static final class OfPeriod implements Discriminator {

        private static final int KERNEL = 5;
        private static final int STRIDE = 3;

        private final int period;
        private final List<Normed> layers = new ArrayList<>();
        private final Normed last;

        OfPeriod(Scope scope, int period, List<Integer> channels) {
            this.period = period;
            int in = 1;
            for (int i = 0; i < channels.size(); i++) {
                int stride = i < channels.size() - 1 ? STRIDE : 1;
                layers.add(Normed.of(scope.at("convs").at(i), in, channels.get(i), KERNEL, 1, stride, 1));
                in = channels.get(i);
            }
            last = Normed.of(scope.at("conv_post"), in, 1, 3, 1, 1, 1);
        }

        @Override
        public Verdict judge(Tensor sound) {
            Tensor x = sound;
            int missing = Math.floorMod(-sound.dim(-1), period);
            if (missing > 0) {
                int n = sound.dim(-1);
                x = Tensor.concat(-1, List.of(x, x.slice(-1, n - 1 - missing, n - 1).flip(-1)));
            }
            x = x.reshape(x.dim(0), 1, -1, period);                          // (N, 1, samples / period, period)
            List<Tensor> features = new ArrayList<>();
            Tensor score = last.apply(through(layers, x, features));         // (N, 1, places, period)
            features.add(score);
            return new Verdict(score, features);
        }
    }

    // ---- resolutions ------------------------------------------------------------------------------------------

    /** Sees the real and the imaginary parts of a spectrum, each band by layers of its own. */
    private static final class OfResolution implements Discriminator {

        private static final List<Double> EDGES = List.of(0.0, 0.1, 0.25, 0.5, 0.75, 1.0);
        private static final int HALVINGS = 3;

        private final int nFft;
        private final int hop;
        private final List<List<Normed>> bands = new ArrayList<>();
        private final Normed last;

        OfResolution(Scope scope, int nFft, int hop, int channels) {
            this.nFft = nFft;
            this.hop = hop;
            for (int band = 0; band < EDGES.size() - 1; band++) {
                Scope at = scope.at("band_convs").at(band);
                List<Normed> layers = new ArrayList<>();
                layers.add(Normed.of(at.at(0), 2, channels, 3, 9, 1, 1));
                for (int i = 1; i <= HALVINGS; i++) {
                    layers.add(Normed.of(at.at(i), channels, channels, 3, 9, 1, 2));
                }
                layers.add(Normed.of(at.at(HALVINGS + 1), channels, channels, 3, 3, 1, 1));
                bands.add(layers);
            }
            last = Normed.of(scope.at("conv_post"), channels, 1, 3, 3, 1, 1);
        }

        @Override
        public Verdict judge(Tensor sound) {
            Tensor spectrum = spectrum(sound);                               // (N, 2, frames, bins)
            List<Tensor> features = new ArrayList<>();
            List<Tensor> found = new ArrayList<>();
            for (int i = 0; i < bands.size(); i++) {
                int from = (int) (EDGES.get(i) * spectrum.dim(-1));
                int to = (int) (EDGES.get(i + 1) * spectrum.dim(-1));
                found.add(through(bands.get(i), spectrum.slice(-1, from, to), features));
            }
            Tensor score = last.apply(Tensor.concat(-1, found));             // (N, 1, frames, places)
            features.add(score);
            return new Verdict(score, features);
        }

        /** Of the sound without its mean, scaled to a peak of 0.8. */
        private Tensor spectrum(Tensor sound) {
            Tensor centred = sound.sub(sound.meanKeep(-1));
            Tensor scaled = centred.mul(0.8).div(centred.abs().maxKeep(-1).add(1e-9));
            Storage window = new Storage(sound.dtype(), Shape.of(nFft));
            Vocos.fillHann(window);
            List<Tensor> parts = sound.graph().add(Stft.centred(nFft, hop),
                    List.of(scaled, sound.graph().constant(window))).outputs();              // (N, bins, frames) each
            return Tensor.concat(1, parts.stream().map(p -> p.transpose().unsqueeze(1)).toList());
        }
    }

    // ---- all --------------------------------------------------------------------------------------------------

    private final Parameters parameters;
    private final List<Discriminator> all = new ArrayList<>();
    private final int periods;

    public VocosDiscriminators(Config config, Scope scope) {
        parameters = scope.parameters();
        periods = config.periods.size();
        Scope ofPeriods = scope.at("multiperioddisc").at("discriminators");
        for (int i = 0; i < periods; i++) {
            all.add(new OfPeriod(ofPeriods.at(i), config.periods.get(i), config.periodChannels));
        }
        Scope ofResolutions = scope.at("multiresddisc").at("discriminators");
        for (int i = 0; i < config.fftSizes.size(); i++) {
            int nFft = config.fftSizes.get(i);
            all.add(new OfResolution(ofResolutions.at(i), nFft, nFft / config.overlap, config.bandChannels));
        }
    }

    public Parameters parameters() {
        return parameters;
    }

    /** What they say of sounds (N, samples): first those of the periods, then those of the spectra. */
    public List<Verdict> judge(Tensor sound) {
        return all.stream().map(d -> d.judge(sound)).toList();
    }

    /** The hinge loss that they minimise. */
    public Tensor discrimination(List<Verdict> real, List<Verdict> made) {
        return mean(i -> below1(real.get(i).score).add(below1(made.get(i).score.neg())));
    }

    /** The hinge loss of who made the sounds. */
    public Tensor deception(List<Verdict> made) {
        return mean(i -> below1(made.get(i).score));
    }

    /** How far features of made sounds are from those of the real ones that they are to be like. */
    public Tensor mismatch(List<Verdict> real, List<Verdict> made) {
        return mean(i -> {
            List<Tensor> expected = real.get(i).features;
            List<Tensor> found = made.get(i).features;
            return IntStream.range(0, expected.size()).mapToObj(k -> Losses.l1(found.get(k), expected.get(k)))
                    .reduce(Tensor::add).orElseThrow();
        });
    }

    private static Tensor below1(Tensor score) {
        return score.like(1).sub(score).maximum(0).mean();
    }

    /** Over those of the periods, and a share of that over those of the spectra. */
    private Tensor mean(IntFunction<Tensor> loss) {
        Tensor sum = null;
        for (int i = 0; i < all.size(); i++) {
            double weight = i < periods ? 1.0 / periods : RESOLUTION_SHARE / (all.size() - periods);
            Tensor term = loss.apply(i).mul(weight);
            sum = sum == null ? term : sum.add(term);
        }
        return sum;
    }
}
