package dev.sirocco.models.zoo;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** {@link HarmonicVocos} for mel spectrograms of any length: the frames' pitch first, then the sound of its pulses. */
public final class HarmonicSynthesis implements Synthesis {

    private static final long SEED = 1;
    /** Faint pitch is learned as pitch, so that many frames are thought voiced that are hardly so. */
    private static final double UNVOICED = 0.3;
    /** On how many classes on either side of the likeliest the pitch is their mean. */
    private static final int NEAR = 3;

    private final HarmonicVocos.Config config;
    private final FramewiseProgram analysis;
    private final FramewiseProgram synthesis;

    public HarmonicSynthesis(HarmonicVocos vocos, Executor executor) {
        config = vocos.config();
        analysis = new FramewiseProgram(vocos.reach(), executor, in -> {
            Tensor hidden = vocos.hidden(in.getFirst().transpose().unsqueeze(0));                    // (1, T, width)
            return Tensor.concat(-1, List.of(hidden, vocos.pitch(hidden).softmax())).squeeze(0);
        });
        synthesis = new FramewiseProgram(Math.ceilDiv(config.frame(), config.hop()), executor, in -> {
            Tensor sound = vocos.sound(in.get(0).unsqueeze(0), in.get(1).reshape(1, -1), in.get(2).reshape(1, -1));
            return sound.reshape(-1, config.hop());                                                  // (T, hop)
        });
    }

    /** Frames · hop samples. */
    @Override
    public float[] sound(float[][] mel) {
        int frames = mel.length;
        float[] rows = analysis.of(frames, Synthesis.rows(mel));             // (T, width + 1 + pitches)
        int size = rows.length / frames;
        float[] hidden = new float[frames * config.width()];
        float[] f0 = new float[frames];
        for (int t = 0; t < frames; t++) {
            System.arraycopy(rows, t * size, hidden, t * config.width(), config.width());
            f0[t] = pitch(Arrays.copyOfRange(rows, t * size + config.width(), (t + 1) * size));
        }
        float[] noise = new float[frames * config.hop()];
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian();
        }
        float[] pulses = HarmonicSource.pulses(f0, config.hop(), config.sampleRate(), 0);
        return synthesis.of(frames, hidden, pulses, noise);
    }

    /** In Hz, of the classes' probabilities: 0 where unvoiced is likely enough. */
    private float pitch(float[] probabilities) {
        int best = 1;
        for (int c = 2; c < probabilities.length; c++) {
            best = probabilities[c] > probabilities[best] ? c : best;
        }
        double sum = 0;
        double mean = 0;
        for (int c = Math.max(1, best - NEAR); c <= Math.min(probabilities.length - 1, best + NEAR); c++) {
            sum += probabilities[c];
            mean += c * (double) probabilities[c];
        }
        return probabilities[0] >= UNVOICED ? 0 : (float) config.pitch(mean / sum);
    }

    @Override
    public void close() {
        analysis.close();
        synthesis.close();
    }
}
