package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Each channel to mean 0 and variance 1 over the batch and all places, then scaled and shifted (Ioffe and Szegedy
 * 2015). In training by the batch's statistics, of which running ones are kept; otherwise by these.
 *
 * @param momentum the share of the batch in the running statistics
 */
public record BatchNorm(String path, State weight, State bias, State runningMean, State runningVar, double momentum,
        double eps) implements Layer {

    public BatchNorm(Scope scope, int channels) {
        this(scope.path(), scope.param("weight", Init.ones(), channels), scope.param("bias", Init.zeros(), channels),
                scope.buffer("running_mean", Init.zeros(), channels),
                scope.buffer("running_var", Init.ones(), channels), 0.1, 1e-5);
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (N, C, …)
        Graph g = x.graph();
        try (var _ = g.at(path)) {
            return g.training() ? byBatch(g, x) : byRunning(x);
        }
    }

    private Tensor byBatch(Graph g, Tensor x) {
        List<Tensor> out = g.add(new dev.sirocco.tensor.fast.BatchNorm(eps), List.of(x, g.read(weight), g.read(bias)))
                .outputs();
        double n = (double) x.shape().numel() / x.dim(1);
        keep(g, runningMean, out.get(1));
        keep(g, runningVar, out.get(2).mul(n / Math.max(1, n - 1)));         // unbiased, as in PyTorch
        return out.getFirst();
    }

    private void keep(Graph g, State running, Tensor ofBatch) {
        Tensor old = g.read(running);
        g.assign(running, old.add(ofBatch.sub(old).mul(momentum)));
    }

    private Tensor byRunning(Tensor x) {
        int[] d = new int[x.rank() - 1];
        Arrays.fill(d, 1);
        d[0] = x.dim(1);
        Shape perChannel = Shape.of(d);                                      // (C, 1, …)
        Tensor scale = x.read(weight).mul(x.read(runningVar).add(eps).rsqrt());
        Tensor shift = x.read(bias).sub(x.read(runningMean).mul(scale));
        return x.mul(scale.reshape(perChannel)).add(shift.reshape(perChannel));
    }
}
