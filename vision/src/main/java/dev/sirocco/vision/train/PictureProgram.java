package dev.sirocco.vision.train;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Picture;
import java.util.List;
import java.util.function.UnaryOperator;

/** A network from pictures to vectors, such as logits or features, for any number of pictures of one size. */
public final class PictureProgram implements AutoCloseable {

    private final Program program;
    private final int batch;
    private final int size;

    /**
     * @param network (N, channels, height, width) in [-1, 1] → (N, width of a vector)
     * @param batch pictures in a run of the network
     */
    public PictureProgram(UnaryOperator<Tensor> network, int batch, int channels, int height, int width, Executor executor) {
        this.batch = batch;
        size = channels * height * width;
        Graph g = new Graph();
        g.output("vectors", network.apply(g.input("pictures", DType.F32, batch, channels, height, width)));
        program = g.compile(executor);
    }

    /** The vector of each picture. */
    public float[][] vectors(List<Picture> pictures) {
        float[][] vectors = new float[pictures.size()][];
        float[] input = new float[batch * size];
        for (int first = 0; first < vectors.length; first += batch) {
            int n = Math.min(batch, vectors.length - first);
            for (int row = 0; row < n; row++) {
                pictures.get(first + row).copyTo(input, row * size);
            }
            program.input("pictures").set(input);
            program.run();
            float[] all = program.output("vectors").floats();
            for (int row = 0; row < n; row++) {
                int length = all.length / batch;
                vectors[first + row] = new float[length];
                System.arraycopy(all, row * length, vectors[first + row], 0, length);
            }
        }
        return vectors;
    }

    /** The index of the largest number of each picture's vector: the class, if they are logits. */
    public int[] largest(List<Picture> pictures) {
        float[][] vectors = vectors(pictures);
        int[] largest = new int[vectors.length];
        for (int i = 0; i < largest.length; i++) {
            for (int j = 1; j < vectors[i].length; j++) {
                largest[i] = vectors[i][j] > vectors[i][largest[i]] ? j : largest[i];
            }
        }
        return largest;
    }

    @Override
    public void close() {
        program.close();
    }
}
