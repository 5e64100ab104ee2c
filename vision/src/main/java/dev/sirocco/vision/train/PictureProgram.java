package dev.sirocco.vision.train;

import dev.sirocco.models.train.BatchedProgram;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Picture;
import java.util.List;
import java.util.function.UnaryOperator;

/** A network from pictures to vectors, such as logits or features, for any number of pictures of one size. */
public final class PictureProgram implements AutoCloseable {

    private final BatchedProgram program;

    /**
     * @param network (N, channels, height, width) in [-1, 1] → (N, width of a vector)
     * @param batch pictures in a run of the network
     */
    public PictureProgram(UnaryOperator<Tensor> network, int batch, int channels, int height, int width,
            Executor executor) {
        program = new BatchedProgram(network, batch, DType.F32, Shape.of(channels, height, width), executor);
    }

    /** The vector of each picture. */
    public float[][] vectors(List<Picture> pictures) {
        return program.ofFloats(pictures.stream().map(Picture::floats).toList());
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
