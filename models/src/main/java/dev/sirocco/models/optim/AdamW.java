package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2). */
public record AdamW(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
        implements Algorithm {

    /** As nanoGPT: betas 0.9 and 0.99, epsilon 1e-8. */
    public AdamW(double learningRate, double weightDecay) {
        this(learningRate, 0.9, 0.99, 1e-8, weightDecay);
    }

    public AdamW withWeightDecay(double other) {
        return new AdamW(learningRate, beta1, beta2, epsilon, other);
    }

    @Override
    public double[] numbers(long step, double factor) {
        return new double[] {learningRate * factor, 1 - Math.pow(beta1, step + 1), 1 - Math.pow(beta2, step + 1)};
    }

    @Override
    public void update(Graph g, List<State> parameters, List<Tensor> gradients, Tensor numbers, Slots slots) {
        for (int i = 0; i < parameters.size(); i++) {
            State parameter = parameters.get(i);
            State m = slots.get("m", parameter);
            State v = slots.get("v", parameter);
            List<Tensor> updated = g.add(new dev.sirocco.tensor.fast.AdamW(beta1, beta2, epsilon, weightDecay),
                    List.of(g.read(parameter), gradients.get(i), g.read(m), g.read(v), numbers)).outputs();
            g.assign(parameter, updated.get(0));
            g.assign(m, updated.get(1));
            g.assign(v, updated.get(2));
        }
    }
}
