package dev.sirocco.audio.train;

import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.audio.features.MultiResolutionStft;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.zoo.Vocos;
import dev.sirocco.models.zoo.VocosDiscriminators;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A vocoder that makes recordings again from their mel spectrograms (Siuzdak 2024, section 3.3): by random pieces of
 * them, of random loudness. It is validated by the mean difference of the logarithms of the mel spectrograms. Without
 * discriminators spectra alone are learned from, which is several times as fast, and sounds rougher.
 */
public final class VocoderTask implements Task {

    /** Of the difference of the mel spectrograms in the loss (equation 5). */
    private static final double MEL_WEIGHT = 45;
    /** Loudness is changed by this many dB, evenly between them. */
    private static final double SOFTEST = -9;
    private static final double LOUDEST = 3;
    private static final float FULL_SCALE = 0.99f;
    /** The pieces that are validated on are taken evenly from all there are. */
    private static final int MOST_VALIDATED = 96;

    /**
     * How batches are made.
     *
     * @param batch      pieces of a step
     * @param frames     of a piece, each a hop long
     * @param stftWeight of the distance of spectra at several resolutions in the loss, 0 for none
     */
    public record Config(int batch, int frames, double stftWeight, long seed) {}

    private final Vocos vocos;
    private final VocosDiscriminators discriminators;
    private final MelSpectrogram mel;
    private final Config config;
    private final List<float[]> training;
    /** Samples of the recordings up to each, itself included. */
    private final long[] ends;
    private final List<float[]> validation;

    /**
     * @param discriminators made in the vocoder's scope, below {@code training}, so that a stored model lacks them;
     *     null for none
     * @param training       recordings, at least one, of the mel spectrogram's rate
     * @param held           to validate on, may be empty
     */
    public VocoderTask(Vocos vocos, VocosDiscriminators discriminators, MelSpectrogram mel, List<float[]> training,
            List<float[]> held, Config config) {
        this.vocos = vocos;
        this.discriminators = discriminators;
        this.mel = mel;
        this.config = config;
        this.training = List.copyOf(training);
        ends = new long[training.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += training.get(i).length;
            ends[i] = end;
        }
        validation = pieces(held);
    }

    private int samples() {
        return config.frames * mel.hop();
    }

    // ---- losses -----------------------------------------------------------------------------------------------

    @Override
    public Tensor loss(Graph g) {
        Tensor real = real(g);
        Tensor made = made(real);
        return g.training() ? spectral(real, made) : melDistance(real, made);
    }

    @Override
    public List<Objective> objectives(Graph g) {
        Predicate<State> isAdversary = p -> p.name().startsWith(Checkpoint.TRAINING);
        if (discriminators == null) {
            return List.of(new Objective("vocoder", loss(g), trainable(isAdversary.negate())));
        }
        Tensor real = real(g);
        Tensor made = made(real);
        var ofReal = discriminators.judge(real);
        var ofMade = discriminators.judge(made);
        Tensor loss = spectral(real, made).add(discriminators.deception(ofMade))
                .add(discriminators.mismatch(ofReal, ofMade));
        return List.of(new Objective("vocoder", loss, trainable(isAdversary.negate())),
                new Objective("discriminators", discriminators.discrimination(ofReal, ofMade), trainable(isAdversary)));
    }

    private Collection<State> trainable(Predicate<State> which) {
        return parameters().trainable().stream().filter(which).toList();
    }

    private Tensor real(Graph g) {
        return g.input("sound", DType.F32, config.batch, samples());
    }

    private Tensor made(Tensor real) {
        return vocos.sound(mel.logarithm(real));                             // (N, samples)
    }

    private Tensor melDistance(Tensor real, Tensor made) {
        return Losses.l1(mel.logarithm(made), mel.logarithm(real));
    }

    private Tensor spectral(Tensor real, Tensor made) {
        Tensor ofMel = melDistance(real, made).mul(MEL_WEIGHT);
        return config.stftWeight == 0 ? ofMel
                : ofMel.add(MultiResolutionStft.sparse().of(real, made).sum().mul(config.stftWeight));
    }

    @Override
    public Parameters parameters() {
        return vocos.parameters();
    }

    @Override
    public boolean isLatestBest() {
        return discriminators != null;
    }

    // ---- batches ----------------------------------------------------------------------------------------------

    @Override
    public void fill(Program program, long number) {
        float[] batch = new float[config.batch * samples()];
        for (int row = 0; row < config.batch; row++) {
            put(new SplittableRandom(config.seed + (number * config.batch + row) * 0x9E3779B97F4A7C15L), batch, row);
        }
        program.input("sound").set(batch);
    }

    /** A piece from anywhere in the recordings; a recording that is shorter than a piece has silence behind it. */
    private void put(SplittableRandom random, float[] batch, int row) {
        long place = random.nextLong(ends[ends.length - 1]);
        int found = Arrays.binarySearch(ends, place + 1);
        int recording = found < 0 ? -found - 1 : found;
        float[] samples = training.get(recording);
        int length = Math.min(samples(), samples.length);
        int start = random.nextInt(samples.length - length + 1);
        double decibels = random.nextDouble(SOFTEST, LOUDEST);
        float peak = 1e-9f;
        for (int i = start; i < start + length; i++) {
            peak = Math.max(peak, Math.abs(samples[i]));
        }
        float gain = Math.min((float) Math.pow(10, decibels / 20), FULL_SCALE / peak);
        for (int i = 0; i < length; i++) {
            batch[row * samples() + i] = gain * samples[start + i];
        }
    }

    @Override
    public double units() {
        return config.batch * (double) samples() / mel.sampleRate();
    }

    @Override
    public String unit() {
        return "seconds";
    }

    private List<float[]> pieces(List<float[]> recordings) {
        List<float[]> all = new ArrayList<>();
        for (float[] recording : recordings) {
            for (int from = 0; from + samples() <= recording.length; from += samples()) {
                all.add(Arrays.copyOfRange(recording, from, from + samples()));
            }
        }
        List<float[]> some = new ArrayList<>();
        int count = Math.min(MOST_VALIDATED, all.size());
        for (int i = 0; i < count; i++) {
            some.add(all.get((int) ((long) i * all.size() / count)));
        }
        return some;
    }

    @Override
    public int validationBatches() {
        return Math.ceilDiv(validation.size(), config.batch);
    }

    /** Where the pieces are over, the batch is filled up with the first ones. */
    @Override
    public double fillValidation(Program program, int number) {
        float[] batch = new float[config.batch * samples()];
        for (int row = 0; row < config.batch; row++) {
            float[] piece = validation.get((number * config.batch + row) % validation.size());
            System.arraycopy(piece, 0, batch, row * samples(), samples());
        }
        program.input("sound").set(batch);
        return Math.min(config.batch, validation.size() - number * config.batch);
    }
}
