package dev.sirocco.apps.speak;

import dev.sirocco.audio.Sound;
import dev.sirocco.audio.tarsos.TimeStretch;
import dev.sirocco.models.sample.DiffusionSampler;
import dev.sirocco.models.sample.Euler;
import dev.sirocco.models.sample.Prediction;
import dev.sirocco.models.sample.RectifiedFlow;
import dev.sirocco.models.sample.Start;
import dev.sirocco.models.zoo.Acoustic;
import dev.sirocco.models.zoo.Synthesis;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.UserError;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Symbols to sound: what the encoder says of them, laid out along frames, a flow from noise, and the vocoder. Close it.
 */
final class Speaker implements AutoCloseable {

    /**
     * How to speak.
     *
     * @param voice the acoustic model's number of it
     * @param speed 2 is twice as fast
     * @param pitch in semitones
     * @param steps of the flow
     */
    record Manner(int voice, double speed, double pitch, int steps) {}

    /**
     * Something spoken.
     *
     * @param frames logarithmic mel spectrogram, row by row
     * @param durations frames of each symbol
     */
    record Spoken(Sound sound, float[][] frames, int[] durations) {}

    /** Frames of a decoder's program: the least multiple of this that is enough. */
    private static final int STEP = 64;
    /** The deviation of the noise that the flow begins in: with less than 1 what is usual comes more often. */
    private static final float TEMPERATURE = 0.667f;
    private static final int TONES = 12;

    /** A program for so many frames, and what is said of them. */
    private record Decoder(DiffusionSampler sampler, State spread) {}

    private final AcousticModel acoustic;
    private final Executor executor;
    private final Synthesis vocoder;
    private final Program encoder;
    private final State voice = new State("voice", DType.I32, Shape.of(1));
    private final Map<Integer, Decoder> decoders = new HashMap<>();

    /** @throws UserError if the vocoder knows other spectrograms than the acoustic model makes */
    Speaker(AcousticModel acoustic, Vocoder vocoder, Executor executor) {
        if (!vocoder.mel().equals(acoustic.settings().mel())) {
            throw new UserError("the vocoder takes other spectrograms (%,d Hz, %d bands) than the voice's model makes: "
                    .formatted(vocoder.mel().sampleRate(), vocoder.mel().nMels()) + "name another one with --vocoder");
        }
        this.acoustic = acoustic;
        this.executor = executor;
        this.vocoder = vocoder.synthesis(executor);
        Graph g = new Graph();
        Acoustic network = acoustic.network();
        Acoustic.Encoded encoded = network.encode(g.input("text", DType.I32, 1, network.config().context()),
                g.read(voice));
        g.output("means", encoded.means());
        g.output("hidden", encoded.hidden());
        g.output("durations", network.logDurations(encoded.hidden()).exp());
        encoder = g.compile(executor);
    }

    /** How many symbols it can be given at once. */
    int most() {
        return acoustic.network().config().context();
    }

    /** @param symbols at most {@link #most} */
    Spoken speak(int[] symbols, Manner manner, long seed) {
        voice.storage().set(manner.voice);
        encoder.input("text").set(Arrays.copyOf(symbols, most()));
        encoder.run();
        int[] durations = durations(symbols.length, manner.speed);
        int frames = Arrays.stream(durations).sum();
        float[] mels = decode(durations, Math.ceilDiv(frames, STEP) * STEP, manner.steps, seed);
        float[][] rows = acoustic.settings().frames(mels, frames);
        Sound sound = new Sound(vocoder.sound(rows), acoustic.settings().mel().sampleRate());
        return new Spoken(shifted(sound, manner.pitch), rows, durations);
    }

    /** Rounded so that errors do not add up; at least one frame each. */
    private int[] durations(int symbols, double speed) {
        float[] lengths = encoder.output("durations").floats();
        int[] durations = new int[symbols];
        double end = 0;
        int laid = 0;
        for (int t = 0; t < symbols; t++) {
            end += lengths[t] / speed;
            durations[t] = Math.max(1, (int) Math.round(end) - laid);
            laid += durations[t];
        }
        return durations;
    }

    /** (mels, frames); behind the durations' end the last symbol goes on. */
    private float[] decode(int[] durations, int frames, int steps, long seed) {
        Decoder decoder = decoders.computeIfAbsent(frames, this::compile);
        float[] means = encoder.output("means").floats();
        float[] hidden = encoder.output("hidden").floats();
        int nMeans = acoustic.network().config().mels();
        int nHidden = acoustic.network().config().textWidth();
        float[] spread = new float[frames * (nMeans + nHidden)];
        int symbol = 0;
        int end = durations[0];
        for (int f = 0; f < frames; f++) {
            while (f >= end && symbol < durations.length - 1) {
                end += durations[++symbol];
            }
            System.arraycopy(means, symbol * nMeans, spread, f * (nMeans + nHidden), nMeans);
            System.arraycopy(hidden, symbol * nHidden, spread, f * (nMeans + nHidden) + nMeans, nHidden);
        }
        decoder.spread.storage().set(spread);
        Start start = Start.at(seed, decoder.sampler.shape());
        float[] noise = start.noise();
        for (int i = 0; i < noise.length; i++) {
            noise[i] *= TEMPERATURE;
        }
        return decoder.sampler.sample(DiffusionSampler.Settings.of(new Euler(), steps), start);
    }

    private Decoder compile(int frames) {
        Acoustic network = acoustic.network();
        State spread = new State("spread", DType.F32,
                Shape.of(1, frames, network.config().mels() + network.config().textWidth()));
        DiffusionSampler sampler = new DiffusionSampler(
                (x, time) -> network.velocity(x, time, x.read(spread), x.read(voice)),
                new RectifiedFlow(), Prediction.FLOW, Shape.of(1, network.config().mels(), frames), executor);
        return new Decoder(sampler, spread);
    }

    /** Faster or slower as a record would be, which shifts the pitch, then stretched to its own length. */
    private static Sound shifted(Sound sound, double semitones) {
        if (semitones == 0) {
            return sound;
        }
        double factor = Math.pow(2, semitones / TONES);
        Sound faster = new Sound(sound.samples(), (int) Math.round(sound.rate() * factor)).resampled(sound.rate());
        return TimeStretch.stretched(faster, 1 / factor);
    }

    @Override
    public void close() {
        decoders.values().forEach(decoder -> decoder.sampler.close());
        encoder.close();
        vocoder.close();
    }
}
