package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model holds, by name, in the order in which it was made: what is trained, and buffers that are not. */
public final class Parameters {

    private final Map<String, State> trainable = new LinkedHashMap<>();
    private final Map<String, State> buffers = new LinkedHashMap<>();

    private long count;

    /** @param numbers how many it holds, however they are stored */
    void add(State state, long numbers, boolean isTrained) {
        if (trainable.containsKey(state.name()) || buffers.containsKey(state.name())) {
            throw new IllegalArgumentException("two parameters named " + state.name());
        }
        (isTrained ? trainable : buffers).put(state.name(), state);
        count += isTrained ? numbers : 0;
    }

    /** Weights, biases, gains, embeddings. */
    public Collection<State> trainable() {
        return Collections.unmodifiableCollection(trainable.values());
    }

    /** Running statistics and other numbers that belong to the model but have no gradient. */
    public Collection<State> buffers() {
        return Collections.unmodifiableCollection(buffers.values());
    }

    public List<State> all() {
        List<State> all = new ArrayList<>(trainable.values());
        all.addAll(buffers.values());
        return all;
    }

    /** @throws IllegalArgumentException if there is none of this name */
    public State get(String name) {
        State state = trainable.getOrDefault(name, buffers.get(name));
        if (state == null) {
            throw new IllegalArgumentException("no parameter named " + name);
        }
        return state;
    }

    /**
     * Promises that the model is only run from here on, and not trained: programs compiled afterwards keep some of its
     * weights a second time, in the form that they multiply by. That makes many runs faster and is not worth it for
     * one.
     */
    public void freeze() {
        all().forEach(State::freeze);
    }

    /** How many numbers are trained. */
    public long count() {
        return count;
    }

    /** What they all take as they are stored. */
    public long bytes() {
        return all().stream().mapToLong(s -> s.type().bytes()).sum();
    }
}
