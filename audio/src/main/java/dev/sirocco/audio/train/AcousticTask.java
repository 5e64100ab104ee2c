package dev.sirocco.audio.train;

import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.sample.DiffusionLoss;
import dev.sirocco.models.sample.Prediction;
import dev.sirocco.models.sample.RectifiedFlow;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.train.WindowOrder;
import dev.sirocco.models.zoo.Acoustic;
import dev.sirocco.models.zoo.MonotonicAlignment;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Learns to speak (Mehta et al. 2024, section 3). For each batch a program of its own finds how the present encoder's
 * means fit the recordings, {@link MonotonicAlignment} which frames are whose; with that in hand a step learns three
 * things: the means, the durations, and the flow from noise to the frames of a random piece of each recording.
 */
public final class AcousticTask implements Task, AutoCloseable {

    /**
     * A recording as the network sees it.
     *
     * @param symbols without padding, at most as many as the network's context, and as frames
     * @param mel (mels, frames), of about mean 0 and deviation 1
     */
    public record Utterance(int[] symbols, int voice, float[] mel) {

        int frames(int mels) {
            return mel.length / mels;
        }
    }

    /**
     * How batches are made.
     *
     * @param batch utterances of a step
     * @param piece frames of each that the decoder sees
     * @param silence what stands behind a recording's end, in all bands
     */
    public record Config(int batch, int piece, float silence, long seed) {}

    private final Acoustic acoustic;
    private final Config config;
    private final List<Utterance> training;
    private final List<Utterance> held;
    private final int longest;
    private final WindowOrder order;
    private final Program alignment;

    /** @param held to validate on, may be empty */
    public AcousticTask(Acoustic acoustic, List<Utterance> training, List<Utterance> held, Config config,
            Executor executor) {
        this.acoustic = acoustic;
        this.config = config;
        this.training = training;
        this.held = held;
        int mels = acoustic.config().mels();
        List<Utterance> all = new ArrayList<>(training);
        all.addAll(held);
        for (Utterance u : all) {
            if (u.symbols.length > Math.min(u.frames(mels), acoustic.config().context())) {
                throw new IllegalArgumentException("%d symbols for %d frames and a context of %d"
                        .formatted(u.symbols.length, u.frames(mels), acoustic.config().context()));
            }
        }
        longest = all.stream().mapToInt(u -> u.frames(mels)).max().orElseThrow();
        order = new WindowOrder(training.size() + 1, 1, config.seed);
        alignment = traceAlignment().compile(executor);
    }

    private Graph traceAlignment() {
        Graph g = new Graph();
        Acoustic.Encoded encoded = acoustic.encode(g.input("text", DType.I32, config.batch, context()),
                g.input("voice", DType.I32, config.batch));
        Tensor mel = g.input("mel", DType.F32, config.batch, mels(), longest);
        g.output("fit", Acoustic.fit(encoded.means(), mel));
        g.output("hidden", encoded.hidden());
        return g;
    }

    /**
     * The mean of the three losses' sum. Durations are learned from the hidden as the alignment's program has it, an
     * input here, so that they do not pull at the encoder.
     */
    @Override
    public Tensor loss(Graph g) {
        int n = config.batch;
        Tensor text = g.input("text", DType.I32, n, context());
        Tensor voice = g.input("voice", DType.I32, n);
        Tensor mel = g.input("mel", DType.F32, n, mels(), config.piece);
        Tensor path = g.input("path", DType.F32, n, config.piece, context());
        Tensor hidden = g.input("hidden", DType.F32, n, context(), acoustic.config().textWidth());
        Tensor logDurations = g.input("durations", DType.F32, n, context());
        Tensor isSymbol = g.input("symbols", DType.F32, n, context());

        Tensor spread = Acoustic.spread(acoustic.encode(text, voice), path);                 // (N, piece, mels + width)
        Tensor prior = Losses.mse(spread.slice(-1, 0, mels()), mel.transpose()).mul(0.5);
        Tensor flow = new DiffusionLoss(new RectifiedFlow(), Prediction.FLOW)
                .of((x, time) -> acoustic.velocity(x, time, spread, voice), mel);
        Tensor duration = acoustic.logDurations(hidden).sub(logDurations).square().mul(isSymbol).sum()
                .div(isSymbol.sum());
        return prior.add(flow).add(duration);
    }

    @Override
    public Parameters parameters() {
        return acoustic.parameters();
    }

    private int context() {
        return acoustic.config().context();
    }

    private int mels() {
        return acoustic.config().mels();
    }

    // ---- batches ----------------------------------------------------------------------------------------------

    @Override
    public void fill(Program program, long number) {
        List<Utterance> batch = new ArrayList<>();
        long[] seeds = new long[config.batch];
        for (int row = 0; row < config.batch; row++) {
            long sample = number * config.batch + row;
            batch.add(training.get(order.start(sample)));
            seeds[row] = config.seed + sample;
        }
        fill(program, batch, seeds);
    }

    private void fill(Program program, List<Utterance> batch, long[] seeds) {
        int[] text = new int[config.batch * context()];
        int[] voice = new int[config.batch];
        for (int row = 0; row < config.batch; row++) {
            int[] symbols = batch.get(row).symbols;
            System.arraycopy(symbols, 0, text, row * context(), symbols.length);
            voice[row] = batch.get(row).voice;
        }
        List<int[]> durations = align(batch, text, voice);

        float[] mel = new float[config.batch * mels() * config.piece];
        float[] path = new float[config.batch * config.piece * context()];
        float[] logDurations = new float[text.length];
        float[] isSymbol = new float[text.length];
        for (int row = 0; row < config.batch; row++) {
            int[] lengths = durations.get(row);
            for (int t = 0; t < lengths.length; t++) {
                logDurations[row * context() + t] = (float) Math.log(lengths[t]);
                isSymbol[row * context() + t] = 1;
            }
            int frames = batch.get(row).frames(mels());
            int from = new SplittableRandom(seeds[row]).nextInt(Math.max(1, frames - config.piece + 1));
            cut(batch.get(row), from, mel, row);
            lay(lengths, from, path, row);
        }
        program.input("text").set(text);
        program.input("voice").set(voice);
        program.input("mel").set(mel);
        program.input("path").set(path);
        program.input("hidden").set(alignment.output("hidden"));
        program.input("durations").set(logDurations);
        program.input("symbols").set(isSymbol);
    }

    /** How many frames each symbol of each recording has, with the present encoder. */
    private List<int[]> align(List<Utterance> batch, int[] text, int[] voice) {
        float[] mel = new float[config.batch * mels() * longest];
        for (int row = 0; row < config.batch; row++) {
            Utterance u = batch.get(row);
            int frames = u.frames(mels());
            for (int band = 0; band < mels(); band++) {
                System.arraycopy(u.mel, band * frames, mel, (row * mels() + band) * longest, frames);
            }
        }
        alignment.input("text").set(text);
        alignment.input("voice").set(voice);
        alignment.input("mel").set(mel);
        alignment.run();
        float[] fit = alignment.output("fit").floats();                                              // (N, T, longest)
        List<int[]> durations = new ArrayList<>();
        for (int row = 0; row < config.batch; row++) {
            Utterance u = batch.get(row);
            durations.add(MonotonicAlignment.search(fit, row * context() * longest, longest, u.symbols.length,
                    u.frames(mels())));
        }
        return durations;
    }

    /** The frames of a piece, and silence behind the recording's end. */
    private void cut(Utterance u, int from, float[] mel, int row) {
        int frames = u.frames(mels());
        int there = Math.min(config.piece, frames - from);
        for (int band = 0; band < mels(); band++) {
            int to = (row * mels() + band) * config.piece;
            System.arraycopy(u.mel, band * frames + from, mel, to, there);
            Arrays.fill(mel, to + there, to + config.piece, config.silence);
        }
    }

    /** Whose the frames of a piece are; the silence behind the end is the last symbol's. */
    private void lay(int[] lengths, int from, float[] path, int row) {
        int symbol = 0;
        int end = lengths[0];
        for (int f = 0; f < config.piece; f++) {
            while (from + f >= end && symbol < lengths.length - 1) {
                symbol++;
                end += lengths[symbol];
            }
            path[(row * config.piece + f) * context() + symbol] = 1;
        }
    }

    @Override
    public double units() {
        return config.batch;
    }

    @Override
    public String unit() {
        return "utterances";
    }

    @Override
    public int validationBatches() {
        return Math.ceilDiv(held.size(), config.batch);
    }

    /** Where the held-out ones are over, the batch is filled up with the first ones. */
    @Override
    public double fillValidation(Program program, int number) {
        List<Utterance> batch = new ArrayList<>();
        long[] seeds = new long[config.batch];
        for (int row = 0; row < config.batch; row++) {
            int item = (number * config.batch + row) % held.size();
            batch.add(held.get(item));
            seeds[row] = item;
        }
        fill(program, batch, seeds);
        return Math.min(config.batch, held.size() - number * config.batch);
    }

    @Override
    public void close() {
        alignment.close();
    }
}
