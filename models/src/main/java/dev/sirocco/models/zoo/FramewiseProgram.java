package dev.sirocco.models.zoo;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A network that makes a row of each frame's rows, for any number of frames, with a few programs: one for each number
 * of frames up to the next multiple of {@value #STEP}. More frames are taken piece by piece, each piece seeing as many
 * more as the network does: the rows are those of the whole, and the programs' memory stays flat. A program is compiled
 * when it is first needed.
 */
final class FramewiseProgram implements AutoCloseable {

    private static final int STEP = 64;
    private static final int MOST_FRAMES = 512;

    private final Function<List<Tensor>, Tensor> network;
    private final int context;
    private final Executor executor;
    private final Map<Integer, Program> programs = new HashMap<>();

    /**
     * @param network inputs (frames, size) each → (frames, size)
     * @param context frames on either side that a frame's row depends on
     */
    FramewiseProgram(int context, Executor executor, Function<List<Tensor>, Tensor> network) {
        if (MOST_FRAMES <= 2 * context) {
            throw new IllegalArgumentException("pieces of %d frames, of which %d on either side are context"
                    .formatted(MOST_FRAMES, context));
        }
        this.network = network;
        this.context = context;
        this.executor = executor;
    }

    /** Rows one after the other; where a piece is longer than what is there, the last frame goes on. */
    float[] of(int frames, float[]... inputs) {
        int size = Math.min(MOST_FRAMES, Math.ceilDiv(frames, STEP) * STEP);
        Program program = programs.computeIfAbsent(size, n -> compile(n, frames, inputs));
        float[] rows = null;
        for (int done = 0; done < frames;) {
            int start = Math.clamp(done - context, 0, Math.max(0, frames - size));
            for (int i = 0; i < inputs.length; i++) {
                program.input("input " + i).set(piece(inputs[i], frames, start, size));
            }
            program.run();
            float[] made = program.output("rows").floats();
            int width = made.length / size;
            rows = rows == null ? new float[frames * width] : rows;
            int end = start + size >= frames ? frames : start + size - context;
            System.arraycopy(made, (done - start) * width, rows, done * width, (end - done) * width);
            done = end;
        }
        return rows;
    }

    private static float[] piece(float[] rows, int frames, int start, int size) {
        int width = rows.length / frames;
        int there = Math.min(size, frames - start);
        float[] piece = Arrays.copyOfRange(rows, start * width, start * width + size * width);
        for (int t = there; t < size; t++) {
            System.arraycopy(rows, (frames - 1) * width, piece, t * width, width);
        }
        return piece;
    }

    private Program compile(int size, int frames, float[][] inputs) {
        Graph g = new Graph();
        Tensor[] in = new Tensor[inputs.length];
        for (int i = 0; i < in.length; i++) {
            in[i] = g.input("input " + i, DType.F32, size, inputs[i].length / frames);
        }
        g.output("rows", network.apply(List.of(in)));
        return g.compile(executor);
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
    }
}
