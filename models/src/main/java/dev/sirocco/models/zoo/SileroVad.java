package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Convolution;
import dev.sirocco.models.nn.Init;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Silero's voice activity detector, version 5 for 16 kHz (<a
 * href="https://github.com/snakers4/silero-vad">github.com/snakers4/silero-vad</a>): how likely it is that somebody
 * speaks, for each 32 ms of sound, by a spectrum, four convolutions and an LSTM that remembers what came before.
 */
public final class SileroVad {

    /**
     * What a network is made of.
     *
     * @param nFft samples of a frame of the spectrum
     * @param widths channels of the four convolutions; the LSTM has as many as the last
     */
    public record Config(int nFft, List<Integer> widths) {

        /** For 16 kHz: a chunk is of 512 samples, 64 are in front of it. */
        public static Config published() {
            return new Config(256, List.of(128, 64, 64, 128));
        }

        /** Samples that are heard at a time. */
        public int chunk() {
            return 2 * nFft;
        }

        /** Samples in front of a chunk, which were heard with the last one. */
        public int context() {
            return nFft / 4;
        }

        /** Elements of each of the two tensors in {@link Memory}, for one sound. */
        public int memory() {
            return widths.getLast();
        }

        private int bins() {
            return nFft / 2 + 1;
        }
    }

    private static final List<Integer> STRIDES = List.of(1, 2, 2, 1);
    private static final Init INIT = Init.normal(0.05);

    /** What it remembers of a sound: zeros at its beginning. */
    public record Memory(Tensor hidden, Tensor cell) {}

    /** What it says of a chunk (N), from 0 to 1, and what it remembers then. */
    public record Heard(Tensor probability, Memory memory) {}

    private final Config config;
    private final Parameters parameters;
    private final State basis;
    private final List<Convolution> convolutions = new ArrayList<>();
    private final State inputWeight;
    private final State hiddenWeight;
    private final State inputBias;
    private final State hiddenBias;
    private final Convolution last;

    public SileroVad(Config config, Scope scope) {
        this.config = config;
        parameters = scope.parameters();
        basis = scope.at("stft_conv").buffer("weight", INIT, 2 * config.bins(), 1, config.nFft);
        int in = config.bins();
        for (int i = 0; i < STRIDES.size(); i++) {
            int out = config.widths.get(i);
            convolutions.add(new Convolution(scope.at("conv" + (i + 1)),
                    Convolution.Config.same(1, in, out, 3).withStride(STRIDES.get(i))));
            in = out;
        }
        Scope lstm = scope.at("lstm_cell");
        inputWeight = lstm.param("weight_ih", INIT, 4 * in, in);
        hiddenWeight = lstm.param("weight_hh", INIT, 4 * in, in);
        inputBias = lstm.param("bias_ih", INIT, 4 * in);
        hiddenBias = lstm.param("bias_hh", INIT, 4 * in);
        last = new Convolution(scope.at("final_conv"), Convolution.Config.same(1, in, 1, 1));
    }

    public Config config() {
        return config;
    }

    public Parameters parameters() {
        return parameters;
    }

    /**
     * Hears the next chunk.
     *
     * @param sound (N, context + chunk), between -1 and 1
     */
    public Heard apply(Tensor sound, Memory before) {
        Tensor x = spectrum(sound);                                          // (N, bins, 4)
        for (Convolution convolution : convolutions) {
            x = convolution.apply(x).relu();
        }
        Memory after = lstm(x.squeeze(-1), before);                          // (N, width)
        Tensor y = last.apply(after.hidden.relu().unsqueeze(-1));            // (N, 1, 1)
        return new Heard(y.sigmoid().reshape(y.dim(0)), after);
    }

    /** The magnitudes (N, bins, frames) of a sound that is mirrored at its end. */
    private Tensor spectrum(Tensor sound) {
        int n = sound.dim(1);
        int hop = config.nFft / 2;
        Tensor mirrored = sound.slice(1, n - 1 - hop / 2, n - 1).flip(1);
        Tensor padded = Tensor.concat(1, List.of(sound, mirrored)).unsqueeze(1);             // (N, 1, samples)
        Graph g = sound.graph();
        var op = new dev.sirocco.tensor.fast.Convolution(List.of(hop), List.of(0), List.of(0), List.of(1), 1);
        List<Tensor> parts = g.add(op, padded, g.read(basis)).split(1, 2);   // (N, bins, frames) each
        return parts.get(0).square().add(parts.get(1).square()).sqrt();
    }

    /** Hochreiter and Schmidhuber 1997, with forget gates. */
    private Memory lstm(Tensor x, Memory before) {                           // (N, width)
        Tensor sums = x.matmul(x.read(inputWeight).transpose()).add(x.read(inputBias))
                .add(before.hidden.matmul(x.read(hiddenWeight).transpose())).add(x.read(hiddenBias));
        List<Tensor> parts = sums.split(-1, 4);                              // (N, width) each
        Tensor cell = parts.get(1).sigmoid().mul(before.cell)
                .add(parts.get(0).sigmoid().mul(parts.get(2).tanh()));
        return new Memory(parts.get(3).sigmoid().mul(cell.tanh()), cell);
    }
}
