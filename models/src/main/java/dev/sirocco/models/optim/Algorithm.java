package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** How an {@link Optimizer} changes a group of parameters, given their gradients. A record of hyper-parameters. */
public interface Algorithm {

    /**
     * The numbers that change from step to step, always equally many; found on the host, in double precision.
     *
     * @param step from 0
     * @param factor what the schedule multiplies the learning rate by
     */
    double[] numbers(long step, double factor);

    /**
     * Traces the update: assigns each parameter its new value.
     *
     * @param numbers those of {@link #numbers}, F32 [their number]
     */
    void update(Graph g, List<State> parameters, List<Tensor> gradients, Tensor numbers, Slots slots);

    /** What an algorithm remembers from step to step. Asked twice for one name, it gives the same state. */
    @FunctionalInterface
    interface Slots {
        /** A state of zeros at first. */
        State get(String name, Shape shape);

        /** One of a parameter's shape. */
        default State get(String name, State parameter) {
            return get(parameter.name() + "." + name, parameter.shape());
        }
    }
}
