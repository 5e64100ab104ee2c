package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.UserError;
import java.util.ArrayList;
import java.util.List;

/** A way from noise to a sample, as a table of numbers; it knows nothing of the network. */
public interface Solver {

    /** The evaluations on the way over these times, which fall and of which the last may be clean. */
    List<SolverStep> steps(NoiseSchedule schedule, double[] times);

    /** Solvers by the names that people know: see the message of the error. */
    static Solver named(String name) {
        return switch (name) {
            case "ddpm" -> new Ddpm();
            case "ddim" -> new Ddim(0);
            case "euler" -> new Euler();
            case "heun" -> new Heun();
            case "dpm" -> new DpmSolver();
            default -> throw new UserError("no solver named %s: choose ddpm, ddim, euler, heun or dpm".formatted(name));
        };
    }

    /** A step between two neighbouring times. */
    @FunctionalInterface
    interface Between {
        SolverStep step(double time, double next);
    }

    /** A table with one evaluation for each step. */
    static List<SolverStep> each(double[] times, Between between) {
        List<SolverStep> steps = new ArrayList<>();
        for (int i = 0; i + 1 < times.length; i++) {
            steps.add(between.step(times[i], times[i + 1]));
        }
        return steps;
    }
}
