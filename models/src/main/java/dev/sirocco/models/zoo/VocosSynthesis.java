package dev.sirocco.models.zoo;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;

/** {@link Vocos} for mel spectrograms of any length. */
public final class VocosSynthesis implements Synthesis {

    private final Vocos.Config config;
    private final FramewiseProgram program;

    public VocosSynthesis(Vocos vocos, Executor executor) {
        config = vocos.config();
        int context = vocos.reach() + Math.ceilDiv(config.nFft(), config.hop());
        program = new FramewiseProgram(context, executor, in -> {
            Tensor sound = vocos.sound(in.getFirst().transpose().unsqueeze(0)).squeeze(0);           // (samples)
            Tensor whole = config.isCentred() ? sound.pad(0, 0, config.hop(), 0) : sound;
            return whole.reshape(-1, config.hop());                                                  // (T, hop)
        });
    }

    /** Frames · hop samples, one hop less if the network's frames are centred. */
    @Override
    public float[] sound(float[][] mel) {
        float[] rows = program.of(mel.length, Synthesis.rows(mel));
        return config.isCentred() ? Arrays.copyOf(rows, (mel.length - 1) * config.hop()) : rows;
    }

    @Override
    public void close() {
        program.close();
    }
}
