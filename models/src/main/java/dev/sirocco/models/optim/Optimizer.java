package dev.sirocco.models.optim;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Traces the update of a model's parameters, so that a training step is one program: forward, backward, clipping,
 * update. What changes from step to step enters through a small input:
 *
 * <pre>{@code
 * Optimizer optimizer = new Optimizer(parameters, Group.all(new AdamW(1e-3, 0.1)));
 * Tensor numbers = g.input("optimizer", DType.F32, optimizer.numberCount());
 * optimizer.update(g, optimizer.gradients(loss), numbers);
 * …
 * program.input("optimizer").set(optimizer.numbers(step, factor));
 * }</pre>
 */
public final class Optimizer {

    private final List<State> parameters;
    private final List<Group> groups;
    private final Map<String, State> states = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if no group takes a parameter */
    public Optimizer(Parameters parameters, Group... groups) {
        this.parameters = List.copyOf(parameters.trainable());
        this.groups = List.of(groups);
        this.parameters.forEach(this::group);
    }

    private Group group(State parameter) {
        return groups.stream().filter(g -> g.takes().test(parameter)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no group takes " + parameter));
    }

    /** What is trained, in the order of the gradients. */
    public List<State> parameters() {
        return parameters;
    }

    /** The loss' gradients, one for each parameter. */
    public List<Tensor> gradients(Tensor loss) {
        return Grad.of(loss, parameters.stream().map(loss::read).toList());
    }

    /** √Σ g² over all elements of all gradients. */
    public static Tensor norm(List<Tensor> gradients) {
        return gradients.stream().map(t -> t.square().sum()).reduce(Tensor::add).orElseThrow().sqrt();
    }

    /** The gradients, scaled down to this norm where theirs is larger. */
    public static List<Tensor> clip(List<Tensor> gradients, Tensor norm, double largest) {
        Tensor scale = norm.add(1e-6).reciprocal().mul(largest).minimum(1);
        return gradients.stream().map(t -> t.mul(scale)).toList();
    }

    /** Traces the parameters' update; the numbers are F32 [{@link #numberCount}]. */
    public void update(Graph g, List<Tensor> gradients, Tensor numbers) {
        int from = 0;
        for (Group group : groups) {
            List<State> members = new ArrayList<>();
            List<Tensor> theirs = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                if (group(parameters.get(i)) == group) {
                    members.add(parameters.get(i));
                    theirs.add(gradients.get(i));
                }
            }
            int to = from + group.algorithm().numbers(0, 1).length;
            group.algorithm().update(g, members, theirs, numbers.slice(0, from, to), this::slot);
            from = to;
        }
    }

    private State slot(String name, Shape shape) {
        return states.computeIfAbsent(name, n -> new State(n, DType.F32, shape));
    }

    /** How many numbers {@link #update} needs. */
    public int numberCount() {
        return numbers(0, 1).length;
    }

    /**
     * The numbers of a step.
     *
     * @param step from 0
     * @param factor what the schedule multiplies the learning rates by
     */
    public float[] numbers(long step, double factor) {
        List<Double> all = new ArrayList<>();
        for (Group group : groups) {
            for (double number : group.algorithm().numbers(step, factor)) {
                all.add(number);
            }
        }
        float[] numbers = new float[all.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = all.get(i).floatValue();
        }
        return numbers;
    }

    /** Momenta and other things to be kept in a checkpoint; complete once an update has been traced. */
    public Collection<State> states() {
        return Collections.unmodifiableCollection(states.values());
    }
}
