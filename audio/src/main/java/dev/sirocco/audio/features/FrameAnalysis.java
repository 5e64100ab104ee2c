package dev.sirocco.audio.features;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** What is found frame by frame, for sounds of any length: one program for a block of frames, so memory stays flat. */
public final class FrameAnalysis implements AutoCloseable {

    private static final int BLOCK = 64;

    private final int nFft;
    private final int hop;
    private final Framing framing;
    private final Program program;
    private final int blockSamples;

    /**
     * @param framing of the whole sound
     * @param feature samples (n) → (rows, frames), the framing being {@link Framing#INSIDE}
     */
    public FrameAnalysis(int nFft, int hop, Framing framing, UnaryOperator<Tensor> feature, Executor executor) {
        this.nFft = nFft;
        this.hop = hop;
        this.framing = framing;
        blockSamples = (BLOCK - 1) * hop + nFft;
        Graph g = new Graph();
        g.output("rows", feature.apply(g.input("samples", DType.F32, blockSamples)).transpose());    // (frames, rows)
        program = g.compile(executor);
    }

    /**
     * A row for each frame. A sound that is shorter than a frame is made longer by silence.
     *
     * @param samples at least one
     */
    public float[][] of(float[] samples) {
        float[] padded = reflected(samples);
        float[][] rows = new float[(padded.length - nFft) / hop + 1][];
        float[] block = new float[blockSamples];
        for (int first = 0; first < rows.length; first += BLOCK) {
            int from = first * hop;
            int length = Math.min(blockSamples, padded.length - from);
            System.arraycopy(padded, from, block, 0, length);
            Arrays.fill(block, length, blockSamples, 0);
            program.input("samples").set(block);
            program.run();
            float[] all = program.output("rows").floats();
            int size = all.length / BLOCK;
            for (int t = first; t < Math.min(first + BLOCK, rows.length); t++) {
                rows[t] = Arrays.copyOfRange(all, (t - first) * size, (t - first + 1) * size);
            }
        }
        return rows;
    }

    private float[] reflected(float[] samples) {
        float[] whole = samples.length < nFft ? Arrays.copyOf(samples, nFft) : samples;
        int pad = framing.pad(nFft, hop);
        float[] padded = new float[whole.length + 2 * pad];
        System.arraycopy(whole, 0, padded, pad, whole.length);
        for (int i = 1; i <= pad; i++) {
            padded[pad - i] = whole[i];
            padded[pad + whole.length - 1 + i] = whole[whole.length - 1 - i];
        }
        return padded;
    }

    @Override
    public void close() {
        program.close();
    }
}
