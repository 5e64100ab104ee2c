package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** What {@link Adam} and {@link Lamb} have in common: the two moments of the gradient. */
final class Moments {

    private Moments() {}

    /** The learning rate, and the reciprocals of the bias corrections of the first moment and of the second's root. */
    static double[] numbers(double learningRate, double beta1, double beta2, long step) {
        double t = step + 1.0;
        return new double[] {learningRate, 1 / (1 - Math.pow(beta1, t)), 1 / Math.sqrt(1 - Math.pow(beta2, t))};
    }

    /** m̂ / (√v̂ + ε), the moments being updated. */
    static Tensor direction(Graph g, State parameter, Tensor gradient, double beta1, double beta2, double epsilon,
            Tensor numbers, Algorithm.Slots slots) {
        State first = slots.get("m", parameter);
        State second = slots.get("v", parameter);
        Tensor m = g.read(first).mul(beta1).add(gradient.mul(1 - beta1));
        Tensor v = g.read(second).mul(beta2).add(gradient.square().mul(1 - beta2));
        g.assign(first, m);
        g.assign(second, v);
        return m.mul(numbers.slice(0, 1, 2)).div(v.sqrt().mul(numbers.slice(0, 2, 3)).add(epsilon));
    }
}
