package dev.sirocco.models.optim;

import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Exponential moving averages of parameters, which often validate better than the parameters themselves. */
public final class Ema {

    private final double decay;
    private final List<State> parameters;
    private final List<State> averages = new ArrayList<>();

    /** @param decay the share of the old average at each step, such as 0.999; less in the first steps */
    public Ema(double decay, Collection<State> parameters) {
        this.decay = decay;
        this.parameters = List.copyOf(parameters);
        for (State p : parameters) {
            Storage copy = new Storage(p.storage().dtype(), p.shape());
            copy.set(p.storage());
            averages.add(new State(p.name() + ".ema", copy));
        }
    }

    /** The share of the old average at this step, counted from 0: the first steps should not weigh for long. */
    public double decay(long step) {
        return Math.min(decay, (step + 1.0) / (step + 10.0));
    }

    /** Traces the update, to come after that of the parameters; the decay is F32 [1]. */
    public void update(Graph g, Tensor decay) {
        for (int i = 0; i < averages.size(); i++) {
            Tensor p = g.read(parameters.get(i));
            Tensor average = g.read(averages.get(i));
            g.assign(averages.get(i), p.add(average.sub(p).mul(decay)));
        }
    }

    public List<State> states() {
        return List.copyOf(averages);
    }

    /** Exchanges the parameters with their averages, to validate or to save; a second call undoes it. */
    public void swap() {
        for (int i = 0; i < averages.size(); i++) {
            Storage p = parameters.get(i).storage();
            Storage average = averages.get(i).storage();
            Storage old = p.to(p.dtype());
            p.set(average);
            average.set(old);
        }
    }
}
