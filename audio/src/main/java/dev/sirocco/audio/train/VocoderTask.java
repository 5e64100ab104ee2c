package dev.sirocco.audio.train;

import dev.sirocco.audio.features.MelSpectrogram;
import dev.sirocco.audio.features.MultiResolutionStft;
import dev.sirocco.models.nn.Losses;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.train.Checkpoint;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.zoo.HarmonicSource;
import dev.sirocco.models.zoo.HarmonicVocos;
import dev.sirocco.models.zoo.VocosDiscriminators;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A vocoder that makes recordings again from their mel spectrograms (Siuzdak 2024, section 3.3): by random pieces of
 * them, of random loudness. Their pitch is known, and gives the pulses; to read it off the spectrogram is learned
 * beside. It is validated by the mean difference of the logarithms of the mel spectrograms. Without discriminators
 * spectra alone are learned from, which is several times as fast.
 */
public final class VocoderTask implements Task {

    /** Of the difference of the mel spectrograms in the loss (equation 5). */
    private static final double MEL_WEIGHT = 45;
    private static final double PITCH_WEIGHT = 5;
    /** Validation hears the same noise always. */
    private static final int VALIDATION_SEED = 1;
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

    /**
     * A recording.
     *
     * @param samples of the mel spectrogram's rate
     * @param f0 in Hz, around the middle of each whole hop of the samples; 0 where they are unvoiced
     */
    public record Take(float[] samples, float[] f0) {}

    private final HarmonicVocos vocos;
    private final VocosDiscriminators discriminators;
    private final MelSpectrogram mel;
    private final Config config;
    private final List<Take> training;
    /** Samples of the recordings up to each, itself included. */
    private final long[] ends;
    private final List<Take> validation;

    /**
     * @param discriminators made in the vocoder's scope, below {@code training}, so that a stored model lacks them;
     *     null for none
     * @param training       recordings, at least one, of the mel spectrogram's rate
     * @param held           to validate on, may be empty
     */
    public VocoderTask(HarmonicVocos vocos, VocosDiscriminators discriminators, MelSpectrogram mel, List<Take> training,
            List<Take> held, Config config) {
        this.vocos = vocos;
        this.discriminators = discriminators;
        this.mel = mel;
        this.config = config;
        this.training = List.copyOf(training);
        ends = new long[training.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += training.get(i).samples.length;
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
        Made made = made(g);
        return g.training() ? plainLoss(made) : melDistance(made);
    }

    @Override
    public List<Objective> objectives(Graph g) {
        Predicate<State> isAdversary = p -> p.name().startsWith(Checkpoint.TRAINING);
        Made made = made(g);
        if (discriminators == null) {
            return List.of(new Objective("vocoder", plainLoss(made), trainable(isAdversary.negate())));
        }
        var ofReal = discriminators.judge(made.real);
        var ofMade = discriminators.judge(made.sound);
        Tensor loss = plainLoss(made).add(discriminators.deception(ofMade))
                .add(discriminators.mismatch(ofReal, ofMade));
        return List.of(new Objective("vocoder", loss, trainable(isAdversary.negate())),
                new Objective("discriminators", discriminators.discrimination(ofReal, ofMade), trainable(isAdversary)));
    }

    private Collection<State> trainable(Predicate<State> which) {
        return parameters().trainable().stream().filter(which).toList();
    }

    /**
     * What is made of pieces.
     *
     * @param real the pieces (N, samples)
     * @param sound made of their spectrograms (N, samples)
     * @param pitchLoss how badly their pitch is read
     */
    private record Made(Tensor real, Tensor sound, Tensor pitchLoss) {}

    private Made made(Graph g) {
        if (!g.training()) {
            g.randomFrom(new State("random.validation", Storage.of(Shape.of(2), VALIDATION_SEED, 0)));
        }
        Tensor real = g.input("sound", DType.F32, config.batch, samples());
        Tensor pulses = g.input("pulses", DType.F32, config.batch, samples());
        Tensor hidden = vocos.hidden(mel.logarithm(real));                   // (N, frames, width)
        Tensor sound = vocos.sound(hidden, pulses, g.normal(pulses.shape()));
        return new Made(real, sound,
                vocos.pitchLoss(hidden, g.input("pitch", DType.I32, config.batch, config.frames)));
    }

    private Tensor melDistance(Made made) {
        return Losses.l1(mel.logarithm(made.sound), mel.logarithm(made.real));
    }

    /** Without discriminators. */
    private Tensor plainLoss(Made made) {
        Tensor loss = melDistance(made).mul(MEL_WEIGHT).add(made.pitchLoss.mul(PITCH_WEIGHT));
        return config.stftWeight == 0 ? loss : loss.add(
                MultiResolutionStft.sparse().of(made.real, made.sound).sum().mul(config.stftWeight));
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
        Batch batch = new Batch();
        for (int row = 0; row < config.batch; row++) {
            put(new SplittableRandom(config.seed + (number * config.batch + row) * 0x9E3779B97F4A7C15L), batch, row);
        }
        batch.into(program);
    }

    /** Pieces, row by row. */
    private final class Batch {

        private final float[] sound = new float[config.batch * samples()];
        private final float[] pulses = new float[config.batch * samples()];
        private final int[] pitch = new int[config.batch * config.frames];

        /** @param frame where the piece begins; what the take lacks behind its end is silence */
        void put(int row, Take take, int frame, float gain, double phase) {
            int start = frame * mel.hop();
            for (int i = 0; i < Math.min(samples(), take.samples.length - start); i++) {
                sound[row * samples() + i] = gain * take.samples[start + i];
            }
            float[] f0 = Arrays.copyOfRange(take.f0, frame, frame + config.frames);
            for (int t = 0; t < f0.length; t++) {
                pitch[row * config.frames + t] = vocos.config().pitchClass(f0[t]);
            }
            System.arraycopy(HarmonicSource.pulses(f0, mel.hop(), mel.sampleRate(), phase), 0, pulses, row * samples(),
                    samples());
        }

        void into(Program program) {
            program.input("sound").set(sound);
            program.input("pulses").set(pulses);
            program.input("pitch").set(pitch);
        }
    }

    /** A piece from anywhere in the recordings. */
    private void put(SplittableRandom random, Batch batch, int row) {
        long place = random.nextLong(ends[ends.length - 1]);
        int found = Arrays.binarySearch(ends, place + 1);
        Take take = training.get(found < 0 ? -found - 1 : found);
        int frame = random.nextInt(Math.max(1, take.f0.length - config.frames + 1));
        double decibels = random.nextDouble(SOFTEST, LOUDEST);
        float peak = 1e-9f;
        for (int i = frame * mel.hop(); i < Math.min((frame + config.frames) * mel.hop(), take.samples.length); i++) {
            peak = Math.max(peak, Math.abs(take.samples[i]));
        }
        float gain = Math.min((float) Math.pow(10, decibels / 20), FULL_SCALE / peak);
        batch.put(row, take, frame, gain, random.nextDouble());
    }

    @Override
    public double units() {
        return config.batch * (double) samples() / mel.sampleRate();
    }

    @Override
    public String unit() {
        return "seconds";
    }

    /** A take for each piece. */
    private List<Take> pieces(List<Take> takes) {
        List<Take> all = new ArrayList<>();
        for (Take take : takes) {
            for (int frame = 0; frame + config.frames <= take.f0.length; frame += config.frames) {
                int from = frame * mel.hop();
                all.add(new Take(Arrays.copyOfRange(take.samples, from, from + samples()),
                        Arrays.copyOfRange(take.f0, frame, frame + config.frames)));
            }
        }
        List<Take> some = new ArrayList<>();
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
        Batch batch = new Batch();
        for (int row = 0; row < config.batch; row++) {
            batch.put(row, validation.get((number * config.batch + row) % validation.size()), 0, 1, 0);
        }
        batch.into(program);
        return Math.min(config.batch, validation.size() - number * config.batch);
    }
}
