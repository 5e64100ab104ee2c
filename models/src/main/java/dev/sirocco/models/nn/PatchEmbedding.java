package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * A picture as a sequence of vectors, one for each of the squares it is cut into, from the top, row by row
 * (Dosovitskiy et al. 2021, equation 1).
 *
 * @param weight (width, channels, patch, patch), as of the convolution that it amounts to
 * @param bias (width), or null
 */
public record PatchEmbedding(String path, State weight, State bias) implements Layer {

    public PatchEmbedding(Scope scope, int channels, int patch, int width, boolean hasBias, Init init) {
        this(scope.path(), scope.param("weight", init, width, channels, patch, patch),
                hasBias ? scope.param("bias", Init.zeros(), width) : null);
    }

    /** @param pictures height and width being multiples of the patch */
    @Override
    public Tensor apply(Tensor pictures) {                                   // (N, C, H, W)
        try (var _ = pictures.graph().at(path)) {
            int width = weight.shape().dim(0);
            int channels = weight.shape().dim(1);
            int patch = weight.shape().dim(2);
            int rows = pictures.dim(2) / patch;
            int columns = pictures.dim(3) / patch;
            Tensor squares = pictures.reshape(pictures.dim(0), channels, rows, patch, columns, patch)
                    .permute(0, 2, 4, 1, 3, 5)                               // (N, rows, columns, C, patch, patch)
                    .reshape(pictures.dim(0), rows * columns, channels * patch * patch);
            Tensor w = pictures.read(weight).reshape(width, channels * patch * patch);
            Tensor y = squares.matmul(w.transpose());                        // (N, rows·columns, width)
            return bias == null ? y : y.add(pictures.read(bias));
        }
    }
}
