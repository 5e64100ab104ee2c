package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.State;
import java.util.function.Predicate;

/** Parameters that are trained by one algorithm. A parameter belongs to the first group that takes it. */
public record Group(Predicate<State> takes, Algorithm algorithm) {

    public static Group all(Algorithm algorithm) {
        return new Group(_ -> true, algorithm);
    }

    /** Gains, shifts and biases, which have one axis; they want no weight decay. */
    public static Group vectors(Algorithm algorithm) {
        return new Group(p -> p.shape().rank() < 2, algorithm);
    }
}
