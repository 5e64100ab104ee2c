package dev.sirocco.models.zoo;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import java.util.HashMap;
import java.util.Map;

/**
 * {@link Vocos} for mel spectrograms of any length, with a few programs: one for each number of frames up to the next
 * multiple of {@value #STEP}. Longer ones are made piece by piece, each piece seeing as many frames more as the network
 * does: the sound is that of the whole, and memory stays flat. A program is compiled when it is first needed.
 */
public final class VocosSynthesis implements AutoCloseable {

    private static final int STEP = 64;
    private static final int MOST_FRAMES = 512;

    private final Vocos vocos;
    private final Executor executor;
    /** Frames on either side that a sample depends on. */
    private final int context;
    private final Map<Integer, Program> programs = new HashMap<>();

    public VocosSynthesis(Vocos vocos, Executor executor) {
        this.vocos = vocos;
        this.executor = executor;
        context = vocos.reach() + Math.ceilDiv(vocos.config().nFft(), vocos.config().hop());
        if (MOST_FRAMES <= 2 * context) {
            throw new IllegalArgumentException("pieces of %d frames, of which %d on either side are context"
                    .formatted(MOST_FRAMES, context));
        }
    }

    /**
     * The sound.
     *
     * @param mel logarithms (frames, mels), at least one frame
     * @return frames · hop samples, one hop less if the network's frames are centred
     */
    public float[] sound(float[][] mel) {
        int hop = vocos.config().hop();
        float[] sound = new float[(mel.length - (vocos.config().isCentred() ? 1 : 0)) * hop];
        int frames = Math.min(MOST_FRAMES, Math.ceilDiv(mel.length, STEP) * STEP);
        for (int done = 0; done < sound.length;) {
            int start = Math.clamp(done / hop - context, 0, Math.max(0, mel.length - frames));
            boolean isLast = start + frames >= mel.length;
            float[] piece = piece(mel, start, frames);
            int end = isLast ? sound.length : (start + frames - context) * hop;
            System.arraycopy(piece, done - start * hop, sound, done, end - done);
            done = end;
        }
        return sound;
    }

    /** Where the frames are over, the last one goes on. */
    private float[] piece(float[][] mel, int start, int frames) {
        int mels = vocos.config().mels();
        float[] input = new float[mels * frames];
        for (int t = 0; t < frames; t++) {
            float[] frame = mel[Math.min(start + t, mel.length - 1)];
            for (int m = 0; m < mels; m++) {
                input[m * frames + t] = frame[m];
            }
        }
        Program program = programs.computeIfAbsent(frames, this::compile);
        program.input("mel").set(input);
        program.run();
        return program.output("sound").floats();
    }

    private Program compile(int frames) {
        Graph g = new Graph();
        g.output("sound", vocos.sound(g.input("mel", DType.F32, 1, vocos.config().mels(), frames)));
        return g.compile(executor);
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
    }
}
