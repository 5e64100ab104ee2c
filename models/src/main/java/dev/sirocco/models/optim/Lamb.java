package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** Adam with a step relative to each parameter's norm, for large batches: You et al. 2020, algorithm 2. */
public record Lamb(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
        implements Algorithm {

    @Override
    public double[] numbers(long step, double factor) {
        return Moments.numbers(learningRate * factor, beta1, beta2, step);
    }

    @Override
    public void update(Graph g, List<State> parameters, List<Tensor> gradients, Tensor numbers, Slots slots) {
        for (int i = 0; i < parameters.size(); i++) {
            State parameter = parameters.get(i);
            Tensor p = g.read(parameter);
            Tensor r = Moments.direction(g, parameter, gradients.get(i), beta1, beta2, epsilon, numbers, slots)
                    .add(p.mul(weightDecay));
            Tensor pNorm = p.square().sum().sqrt();
            Tensor rNorm = r.square().sum().sqrt();
            Tensor trust = pNorm.mul(rNorm).greater(0).where(pNorm.div(rNorm), pNorm.like(1));
            g.assign(parameter, p.sub(r.mul(trust).mul(numbers.slice(0, 0, 1))));
        }
    }
}
