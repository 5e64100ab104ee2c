package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent, with momentum as in PyTorch.
 *
 * @param momentum 0 for none
 * @param isNesterov whether the momentum looks one step ahead (Sutskever et al. 2013)
 * @param weightDecay added to the gradient, times the parameter
 */
public record Sgd(double learningRate, double momentum, boolean isNesterov, double weightDecay) implements Algorithm {

    @Override
    public double[] numbers(long step, double factor) {
        return new double[] {learningRate * factor};
    }

    @Override
    public void update(Graph g, List<State> parameters, List<Tensor> gradients, Tensor numbers, Slots slots) {
        for (int i = 0; i < parameters.size(); i++) {
            State parameter = parameters.get(i);
            Tensor p = g.read(parameter);
            Tensor direction = gradients.get(i).add(p.mul(weightDecay));
            if (momentum != 0) {
                State velocity = slots.get("velocity", parameter);
                Tensor v = g.read(velocity).mul(momentum).add(direction);
                g.assign(velocity, v);
                direction = isNesterov ? direction.add(v.mul(momentum)) : v;
            }
            g.assign(parameter, p.sub(direction.mul(numbers.slice(0, 0, 1))));
        }
    }
}
