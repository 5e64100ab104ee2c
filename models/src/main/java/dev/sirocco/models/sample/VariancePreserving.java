package dev.sirocco.models.sample;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The discrete schedules of diffusion models, with α² + σ² = 1 (Ho et al. 2020): α is the cosine of an angle and σ its
 * sine. A network knows the times 0 … steps - 1; a clean sample has the time -1. Between whole times the angle goes on
 * a straight line.
 */
public final class VariancePreserving implements NoiseSchedule {

    private static final double COSINE_OFFSET = 0.008;
    private static final double LARGEST_BETA = 0.999;

    private final double[] angles;                  // of the times -1, 0, …

    private VariancePreserving(double[] angles) {
        this.angles = angles;
    }

    /** Variances β of the single steps on a straight line: 1000, 1e-4 and 0.02 in Ho et al. 2020. */
    public static VariancePreserving linear(int steps, double first, double last) {
        return ofBetas(steps, t -> between(first, last, t, steps));
    }

    /** √β on a straight line: 1000, 0.00085 and 0.012 in Stable Diffusion (Rombach et al. 2022). */
    public static VariancePreserving scaledLinear(int steps, double first, double last) {
        return ofBetas(steps, t -> Math.pow(between(Math.sqrt(first), Math.sqrt(last), t, steps), 2));
    }

    /** α² along a cosine (Nichol and Dhariwal 2021, equation 17), with no β above 0.999. */
    public static VariancePreserving cosine(int steps) {
        return ofBetas(steps, t -> Math.min(LARGEST_BETA, 1 - cosine(t + 1, steps) / cosine(t, steps)));
    }

    private static double cosine(double t, int steps) {
        return Math.pow(Math.cos((t / steps + COSINE_OFFSET) / (1 + COSINE_OFFSET) * Math.PI / 2), 2);
    }

    private static double between(double first, double last, int t, int steps) {
        return first + (last - first) * t / Math.max(1, steps - 1);
    }

    private static VariancePreserving ofBetas(int steps, IntToDoubleFunction beta) {
        double[] angles = new double[steps + 1];
        double squaredAlpha = 1;
        for (int t = 0; t < steps; t++) {
            squaredAlpha *= 1 - beta.applyAsDouble(t);
            angles[t + 1] = Math.atan2(Math.sqrt(1 - squaredAlpha), Math.sqrt(squaredAlpha));
        }
        return new VariancePreserving(angles);
    }

    /**
     * With α shifted and stretched so that nothing of the sample is left at the last time, and no noise less at the
     * first (Lin et al. 2023, algorithm 1). A network cannot predict ε there: let it predict v.
     */
    public VariancePreserving withZeroTerminalSnr() {
        double first = alpha(0);
        double last = alpha(steps() - 1);
        double[] rescaled = new double[angles.length];
        for (int t = 0; t < steps(); t++) {
            rescaled[t + 1] = Math.acos((alpha(t) - last) * first / (first - last));
        }
        return new VariancePreserving(rescaled);
    }

    @Override
    public double alpha(double time) {
        double angle = angle(time);
        return angle == Math.PI / 2 ? 0 : Math.cos(angle);
    }

    @Override
    public double sigma(double time) {
        return Math.sin(angle(time));
    }

    private double angle(double time) {
        double place = Math.clamp(time - clean(), 0, steps());
        int i = (int) Math.min(place, steps() - 1);
        return angles[i] + (angles[i + 1] - angles[i]) * (place - i);
    }

    @Override
    public double clean() {
        return -1;
    }

    @Override
    public int steps() {
        return angles.length - 1;
    }

    /** α, so that noise is measured as σ / α (Karras et al. 2022, table 1); where it would be 0, α + σ. */
    @Override
    public double scale(double time) {
        boolean endsInNoise = alpha(steps() - 1) == 0;
        return endsInNoise ? alpha(time) + sigma(time) : alpha(time);
    }

    /** Whole times, each equally often where shares are uniform. */
    @Override
    public Level level(Tensor share) {
        Tensor time = share.mul(steps()).floor().minimum(steps() - 1);           // (N)
        Tensor index = time.cast(DType.I32);
        return new Level(time, table(share, this::alpha).gather(0, index), table(share, this::sigma).gather(0, index));
    }

    private Tensor table(Tensor t, IntToDoubleFunction value) {
        float[] values = new float[steps()];
        IntStream.range(0, values.length).forEach(i -> values[i] = (float) value.applyAsDouble(i));
        return t.graph().constant(Storage.of(Shape.of(values.length), values));
    }
}
