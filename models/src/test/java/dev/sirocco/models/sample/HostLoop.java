package dev.sirocco.models.sample;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Follows a solver's table in double precision, for networks that look at one number at a time. */
record HostLoop(NoiseSchedule schedule, Prediction prediction, double clip, Network network) {

    interface Network {
        double predict(double x, double time);
    }

    /** diffusers' tests' own: x t / (t + 1). */
    static final Network DUMMY = (x, t) -> x * t / (t + 1);

    /**
     * diffusers' tests' own sample, (4, 3, 8, 8): 0 … 767 over 768 in the order (3, 8, 8, 4), the last axis put first.
     */
    static double[] dummySample() {
        return IntStream.range(0, 768).mapToDouble(i -> (i % 192 * 4 + i / 192) / 768.0).toArray();
    }

    /** @param noise for evaluation number i */
    double[] run(List<SolverStep> steps, double[] start, IntFunction<double[]> noise) {
        double[] x = start.clone();
        double[] previousX = new double[x.length];
        double[] previousX0 = new double[x.length];
        for (int s = 0; s < steps.size(); s++) {
            SolverStep step = steps.get(s);
            Prediction.Estimate e = prediction.x0(schedule.alpha(step.time()), schedule.sigma(step.time()));
            double[] z = step.noise() == 0 ? new double[x.length] : noise.apply(s);
            for (int i = 0; i < x.length; i++) {
                double raw = e.x() * x[i] + e.output() * network.predict(x[i], step.time());
                double x0 = Math.clamp(raw, -clip, clip);
                double next = step.x() * x[i] + step.raw() * raw + step.x0() * x0 + step.previousX() * previousX[i]
                        + step.previousX0() * previousX0[i] + step.noise() * z[i];
                previousX[i] = x[i];
                previousX0[i] = x0;
                x[i] = next;
            }
        }
        return x;
    }

    double[] run(Solver solver, double[] times, double[] start) {
        return run(solver.steps(schedule, times), start, _ -> {
            throw new AssertionError("this solver adds no noise");
        });
    }

    static double absoluteSum(double[] x) {
        return Arrays.stream(x).map(Math::abs).sum();
    }
}
