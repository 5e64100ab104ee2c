package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A graph being traced with its inputs and states, all of whose numbers come from one seed. */
final class Trace {

    private final Graph graph = new Graph();
    private final Map<String, Arg> inputs = new LinkedHashMap<>();
    private final List<State> states = new ArrayList<>();
    private final Random random;
    private int outputs;

    Trace(long seed) {
        random = new Random(seed);
    }

    Graph graph() {
        return graph;
    }

    /** Where the trace itself draws from. */
    Random random() {
        return random;
    }

    Tensor input(Arg arg) {
        String name = "x" + inputs.size();
        inputs.put(name, arg);
        return graph.input(name, arg.type().dtype(), arg.type().shape());
    }

    Tensor normal(int... dims) {
        return input(Arg.normal(dims));
    }

    State state(Arg arg) {
        State state = new State("s" + states.size(), arg.draw(random));
        states.add(state);
        return state;
    }

    State state(int... dims) {
        return state(Arg.normal(dims));
    }

    /** Asks for tensors, named y0, y1 … */
    void outputs(Tensor... tensors) {
        for (Tensor t : tensors) {
            graph.output("y" + outputs++, t);
        }
    }

    /** All outputs and states after each of some runs, by names for people. */
    Map<String, Storage> results(Executor executor, int runs) {
        Map<String, Storage> results = new LinkedHashMap<>();
        try (Program p = graph.compile(executor)) {
            for (int run = 1; run <= runs; run++) {
                inputs.forEach((name, arg) -> p.input(name).set(arg.draw(random)));
                p.run();
                String when = "after run " + run + ", ";
                for (String name : graph.outputs().keySet()) {
                    results.put(when + name, copy(p.output(name)));
                }
                states.forEach(s -> results.put(when + s.name(), copy(s.storage())));
            }
        }
        return results;
    }

    private static Storage copy(Storage s) {
        return s.to(s.dtype());
    }

    static Tensor f32(Tensor t) {
        return t.cast(DType.F32);
    }
}
