package dev.sirocco.models.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.sample.DiffusionSampler.Settings;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Philox;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op.RandomKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiffusionSamplerTest {

    private static final NoiseSchedule LINEAR = VariancePreserving.linear(1000, 1e-4, 0.02);
    private static final NoiseSchedule FLOW = new RectifiedFlow();
    private static final Shape DUMMY_SHAPE = Shape.of(4, 3, 8, 8);
    private static final Shape RAGGED = Shape.of(3, 1, 5, 7);
    private static final Denoiser DUMMY = (x, time) -> {
        Tensor t = time.reshape(x.dim(0), 1, 1, 1);
        return x.mul(t).div(t.add(1));
    };

    private static DiffusionSampler sampler(NoiseSchedule schedule, Prediction prediction, Shape shape) {
        return new DiffusionSampler(DUMMY, schedule, prediction, shape, Executors.best());
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        IntStream.range(0, values.length).forEach(i -> floats[i] = (float) values[i]);
        return floats;
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static float[] row(float[] samples, int k, int n) {
        int size = samples.length / n;
        return Arrays.copyOfRange(samples, k * size, (k + 1) * size);
    }

    private static float[] ramp(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) Math.sin(i);
        }
        return values;
    }

    // ---- the loop ---------------------------------------------------------------------------------------------

    /** The full loops of diffusers' tests. */
    @Test
    void ddimGoldens() {
        Settings settings = Settings.of(new Ddim(0), 10).withSpacing(Spacing.LEADING).withClip(1);
        Start start = new Start(new long[4], floats(HostLoop.dummySample()), null, 1, null);
        try (DiffusionSampler epsilon = sampler(LINEAR, Prediction.EPSILON, DUMMY_SHAPE);
                DiffusionSampler v = sampler(LINEAR, Prediction.V, DUMMY_SHAPE)) {
            double sum = HostLoop.absoluteSum(doubles(epsilon.sample(settings, start)));
            assertEquals(172.0067, sum, 1e-3);
            assertEquals(0.223967, sum / 768, 1e-5);
            sum = HostLoop.absoluteSum(doubles(v.sample(settings, start)));
            assertEquals(52.5302, sum, 1e-3);
            assertEquals(0.0684, sum / 768, 1e-5);
        }
    }

    /** One program follows every table as {@link HostLoop} does, the noise on the way included. */
    @Test
    void followsTheTables() {
        int size = (int) RAGGED.numel() / 3;
        Start start = Start.at(1L << 40 | 5, RAGGED);
        for (NoiseSchedule schedule : List.of(LINEAR, FLOW)) {
            try (DiffusionSampler sampler = sampler(schedule, Prediction.V, RAGGED)) {
                for (Solver solver : List.of(new Ddpm(), new Ddim(0.7), new Euler(), new Heun(), new DpmSolver())) {
                    double[] times = Spacing.TRAILING.times(schedule, 6);
                    double[] expected = new HostLoop(schedule, Prediction.V, 0.9, HostLoop.DUMMY).run(
                            solver.steps(schedule, times), doubles(start.noise()), i -> {
                                double[] z = new double[3 * size];
                                for (int j = 0; j < z.length; j++) {
                                    z[j] = Philox.numbers(RandomKind.NORMAL, j % size / 4,
                                            Noise.word(start.seeds()[j / size]), i + 1, 0)[j % size % 4];
                                }
                                return z;
                            });
                    float[] samples = sampler.sample(Settings.of(solver, 6).withClip(0.9), start);
                    assertArrayEquals(floats(expected), samples, 2e-5f, solver + " " + schedule);
                }
            }
        }
    }

    @Test
    void executorsAgree() {
        Settings settings = Settings.of(new Ddpm(), 5).withClip(1).withGuidance(2);
        List<Executor> executors = new ArrayList<>(List.of(Executors.reference(), Executors.best()));
        if (Executors.hasTornado()) {
            executors.add(Executors.tornado("tornado"));
        }
        float[] expected = null;
        for (Executor executor : executors) {
            try (DiffusionSampler s = new DiffusionSampler(DUMMY, FLOW, Prediction.FLOW, RAGGED, executor)) {
                float[] samples = s.sample(settings, Start.at(7, RAGGED));
                expected = expected == null ? samples : expected;
                assertArrayEquals(expected, samples, 1e-5f, executor.name());
            }
        }
    }

    @Test
    void picturesDoNotDependOnTheBatch() {
        Settings settings = Settings.of(new Ddpm(), 4);
        float[] all;
        try (DiffusionSampler three = sampler(LINEAR, Prediction.V, RAGGED)) {
            all = three.sample(settings, Start.at(10, RAGGED));
            assertArrayEquals(all, three.sample(settings, Start.at(10, RAGGED)), "equal seeds, equal bits");
            assertFalse(Arrays.equals(all, three.sample(settings, Start.at(11, RAGGED))));
        }
        Shape single = RAGGED.with(0, 1);
        try (DiffusionSampler one = sampler(LINEAR, Prediction.V, single)) {
            for (int k = 0; k < 3; k++) {
                assertArrayEquals(row(all, k, 3), one.sample(settings, Start.at(10 + k, single)));
            }
        }
    }

    @Test
    void progressShowsTheEstimate() {
        List<String> reports = new ArrayList<>();
        List<float[]> estimates = new ArrayList<>();
        try (DiffusionSampler s = sampler(LINEAR, Prediction.V, RAGGED)) {
            float[] samples = s.sample(Settings.of(new Heun(), 2).withClip(0.5), Start.at(1, RAGGED),
                    (done, of, estimate) -> {
                reports.add(done + "/" + of);
                estimates.add(estimate.get());
            });
            assertEquals(List.of("1/3", "2/3", "3/3"), reports);
            assertArrayEquals(samples, estimates.getLast(), 1e-6f, "the last step ends at the estimate");
            for (float value : estimates.getFirst()) {
                assertTrue(Math.abs(value) <= 0.5);
            }
        }
    }

    // ---- guidance ---------------------------------------------------------------------------------------------

    /** A network that says what its condition is, wherever it is asked. */
    @Test
    void guidanceGoesBeyondWhatIsWanted() {
        State condition = new State("condition", DType.F32, Shape.of(4));
        condition.storage().set(1f, 2f, 0.25f, -0.5f);                       // wanted, then not wanted
        Shape shape = Shape.of(2, 1, 3, 3);
        List<Integer> rows = new ArrayList<>();
        Denoiser denoiser = (x, time) -> {
            rows.add(time.dim(0));
            return x.mul(0).add(x.graph().read(condition).slice(0, 0, x.dim(0)).reshape(x.dim(0), 1, 1, 1));
        };
        try (var s = new DiffusionSampler(denoiser, LINEAR, Prediction.X0, shape, Executors.best())) {
            float[] plain = s.sample(Settings.of(new DpmSolver(), 3), Start.at(1, shape));
            assertEquals(1, plain[0], 1e-6);
            assertEquals(2, plain[9], 1e-6);
            float[] guided = s.sample(Settings.of(new DpmSolver(), 3).withGuidance(3), Start.at(1, shape));
            assertEquals(0.25 + 3 * (1 - 0.25), guided[0], 1e-5);
            assertEquals(-0.5 + 3 * (2 + 0.5), guided[9], 1e-5);
            s.sample(Settings.of(new Euler(), 2).withGuidance(4), Start.at(1, shape));
        }
        assertEquals(List.of(2, 4), rows, "one program each with and without guidance");
    }

    // ---- beginnings -------------------------------------------------------------------------------------------

    @Test
    void strengthDecidesWhereToBegin() {
        float[] picture = ramp(35);
        for (double strength : new double[] {1, 0.6, 0.01}) {
            List<Integer> done = new ArrayList<>();
            try (DiffusionSampler s = sampler(FLOW, Prediction.FLOW, RAGGED)) {
                s.sample(Settings.of(new Euler(), 10), Start.at(1, RAGGED).from(picture, strength),
                        (i, of, _) -> done.add(of));
            }
            assertEquals(Math.max(1, Math.round(10 * strength)), done.size());
        }
    }

    @Test
    void beginsWithThePictureUnderNoise() {
        float[] picture = ramp(35);
        Start start = Start.at(3, RAGGED).from(picture, 0.4);
        Denoiser silent = (x, _) -> x.mul(0);                                // a flow that stands still
        try (var s = new DiffusionSampler(silent, FLOW, Prediction.FLOW, RAGGED, Executors.best())) {
            float[] samples = s.sample(Settings.of(new Euler(), 5), start);
            for (int i = 0; i < samples.length; i++) {
                assertEquals(0.6 * picture[i % 35] + 0.4 * start.noise()[i], samples[i], 1e-6);
            }
        }
    }

    @Test
    void inpaintingKeepsWhatIsKnown() {
        float[] picture = ramp(35);
        float[] mask = new float[35];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % 7 < 3 ? 1 : 0;
        }
        for (Solver solver : List.of(new Ddpm(), new Ddim(0), new Euler(), new Heun(), new DpmSolver())) {
            try (DiffusionSampler s = sampler(LINEAR, Prediction.V, RAGGED)) {
                Start start = Start.at(1, RAGGED).from(picture, 1).within(mask);
                float[] samples = s.sample(Settings.of(solver, 5), start);
                for (int i = 0; i < samples.length; i++) {
                    assertTrue(mask[i % 35] == 1 || samples[i] == picture[i % 35], solver + " changed " + i);
                }
                float[] all = s.sample(Settings.of(solver, 5), Start.at(1, RAGGED).from(picture, 1));
                assertFalse(Arrays.equals(samples, all));
            }
        }
    }

    /** What is known stands under the noise of its time at every step, so that the rest can follow it. */
    @Test
    void inpaintingShowsTheNetworkWhatIsKnown() {
        float[] picture = ramp(35);
        Start start = Start.at(1, RAGGED).from(picture, 1).within(new float[35]);
        Denoiser same = (x, _) -> x;
        try (var s = new DiffusionSampler(same, FLOW, Prediction.X0, RAGGED, Executors.best())) {
            s.sample(Settings.of(new Euler(), 4), start, (done, of, estimate) -> {
                double t = 1 - (done - 1.0) / of;                          // the estimate is what the network was given
                float[] seen = estimate.get();
                for (int i = 0; i < seen.length; i++) {
                    assertEquals((1 - t) * picture[i % 35] + t * start.noise()[i], seen[i], 1e-6);
                }
            });
        }
    }

    @Test
    void noiseBetweenSeedsStaysNoise() {
        Shape shape = Shape.of(5, 1, 64, 64);
        Start start = Start.between(1, 2, shape);
        assertArrayEquals(Noise.of(1, 4096), row(start.noise(), 0, 5), 1e-6f);
        assertArrayEquals(Noise.of(2, 4096), row(start.noise(), 4, 5), 1e-6f);
        for (int k = 0; k < 5; k++) {
            double[] z = doubles(row(start.noise(), k, 5));
            double variance = Arrays.stream(z).map(v -> v * v).average().orElseThrow();
            assertEquals(1, variance, 0.08);
            assertEquals(0, Arrays.stream(z).average().orElseThrow(), 0.06);
        }
        float[] same = {1, 2, 3};
        assertArrayEquals(same, Noise.between(same, same, 0.3), 1e-6f);
    }

    // ---- mistakes ---------------------------------------------------------------------------------------------

    @Test
    void mistakesAreNamed() {
        assertThrows(UserError.class, () -> Settings.of(new Euler(), 5).withGuidance(-1));
        assertThrows(UserError.class, () -> Settings.of(new Euler(), 5).withClip(0));
        assertThrows(UserError.class, () -> Start.at(1, RAGGED).from(new float[35], 0));
        assertThrows(UserError.class, () -> Start.at(1, RAGGED).from(new float[35], 1.1));
        NoiseSchedule zeroSnr = VariancePreserving.linear(1000, 1e-4, 0.02).withZeroTerminalSnr();
        try (DiffusionSampler s = sampler(zeroSnr, Prediction.EPSILON, RAGGED)) {
            Start start = Start.at(1, RAGGED);
            assertTrue(assertThrows(UserError.class, () -> s.sample(Settings.of(new Euler(), 5), start)).getMessage()
                    .contains("predicts noise"));
            assertThrows(UserError.class, () -> s.sample(Settings.of(new Euler(), 0), start));
            assertTrue(assertThrows(UserError.class,
                    () -> s.sample(Settings.of(new Euler(), 5), start.from(new float[34], 1))).getMessage()
                    .startsWith("a picture of 34 numbers"));
            assertTrue(assertThrows(UserError.class,
                    () -> s.sample(Settings.of(new Euler(), 5), start.from(new float[35], 1).within(new float[36])))
                    .getMessage().startsWith("a mask of 36 numbers"));
        }
        Denoiser smaller = (x, _) -> x.slice(1, 0, 1);
        Shape two = Shape.of(1, 2, 4, 4);
        try (var s = new DiffusionSampler(smaller, FLOW, Prediction.FLOW, two, Executors.best())) {
            assertThrows(IllegalArgumentException.class, () -> s.sample(Settings.of(new Euler(), 2), Start.at(1, two)));
        }
    }
}
