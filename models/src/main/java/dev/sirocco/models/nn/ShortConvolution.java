package dev.sirocco.models.nn;

import dev.sirocco.tensor.fast.TimeConvolution;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * Each channel mixed with its own last few values and added to itself: y[t] = x[t] + Σ w[j] · x[t - j]. In front of
 * attention it saves heads that would only look at the neighbours (So et al. 2021, section 3.2).
 *
 * @param weight (kernel, width)
 */
public record ShortConvolution(String path, State weight) implements Layer {

    /** That changes nothing at first. */
    public ShortConvolution(Scope scope, int kernel, int width) {
        this(scope.path(), scope.param("weight", Init.zeros(), kernel, width));
    }

    /** A memory (B, kernel - 1 + capacity, width) of what was convolved so far. */
    public State history(int batch, int capacity) {
        return new State(path + ".history", DType.F32,
                Shape.of(batch, weight.shape().dim(0) - 1 + capacity, weight.shape().dim(1)));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (B, T, width)
        try (var _ = x.graph().at(path)) {
            TimeConvolution convolution = TimeConvolution.causal(weight.shape().dim(0));
            return x.add(x.graph().add(convolution, x, x.read(weight).flip(0)));         // the last row is of now
        }
    }

    /**
     * As {@link #apply(Tensor)}, what came before x being taken from the history, into which x is written.
     *
     * @param position of the first of x, I32 [1]
     */
    public Tensor apply(Tensor x, Tensor position, State history) {
        Graph g = x.graph();
        try (var _ = g.at(path)) {
            int before = weight.shape().dim(0) - 1;
            Tensor all = g.read(history).updateSlice(1, x, position.add(position.like(before)));
            g.assign(history, all);
            Tensor rows = g.range(before + x.dim(1)).add(position);
            Tensor recent = all.gather(1, rows);                             // (B, kernel - 1 + T, width)
            Tensor w = g.read(weight);
            Tensor y = x;
            for (int j = 0; j <= before; j++) {
                Tensor earlier = recent.slice(1, before - j, before - j + x.dim(1));        // x[t - j]
                y = y.add(earlier.mul(w.slice(0, j, j + 1)));
            }
            return y;
        }
    }
}
