package dev.sirocco.apps.bench;

import dev.sirocco.tensor.exec.Executor;
import java.util.function.Function;

/**
 * Something to be timed from end to end.
 *
 * @param name also that of the same work in {@code bench/peers/workloads.py}
 * @param unit what is counted, in the singular: token, GFLOP
 * @param peer the name of PyTorch's workload that it is compared with; null if there is none
 * @param setUp builds everything
 */
record Workload(String name, String unit, String peer, Function<Executor, Work> setUp) {

    /**
     * What is timed.
     *
     * @param amount of one run, in units
     */
    record Work(double amount, Runnable run) {}

    Workload(String name, double amount, String unit, String peer, Function<Executor, Runnable> setUp) {
        this(name, unit, peer, executor -> new Work(amount, setUp.apply(executor)));
    }

    Workload(String name, double amount, String unit, Function<Executor, Runnable> setUp) {
        this(name, amount, unit, name, setUp);
    }
}
