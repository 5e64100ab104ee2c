package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/**
 * Kingma and Ba 2015, algorithm 1, with weight decay added to the gradient; see {@link AdamW} for the decoupled one.
 */
public record Adam(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
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
            Tensor gradient = gradients.get(i).add(p.mul(weightDecay));
            Tensor direction = Moments.direction(g, parameter, gradient, beta1, beta2, epsilon, numbers, slots);
            g.assign(parameter, p.sub(direction.mul(numbers.slice(0, 0, 1))));
        }
    }
}
