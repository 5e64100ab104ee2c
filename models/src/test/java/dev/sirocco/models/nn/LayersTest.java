package dev.sirocco.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.models.Golden;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Layers against their formulas, written as loops. */
class LayersTest {

    private static final Random RANDOM = new Random(11);

    private static Storage random(int... dims) {
        Storage s = new Storage(DType.F32, Shape.of(dims));
        for (long i = 0; i < s.numel(); i++) {
            s.set(i, (float) RANDOM.nextGaussian());
        }
        return s;
    }

    /** A scope whose parameters are all random, since zeros and ones hide mistakes. */
    private static void randomise(Scope scope) {
        scope.parameters().trainable().forEach(s -> s.storage().set(random(s.shape().dims())));
    }

    private static float[] run(Layer layer, Storage x) {
        return layer.apply(new Graph().constant(x)).eval().floats();
    }

    private static void assertClose(float[] expected, float[] actual) {
        Golden.assertClose("element", expected, actual, 1e-4);
    }

    @Test
    void linear() {
        for (int[] d : new int[][] {{1, 1, 1}, {7, 13, 8}, {17, 8, 64}}) {
            int n = d[0];
            int in = d[1];
            int out = d[2];
            Scope scope = Scope.root(1);
            Linear linear = new Linear(scope.at("a"), in, out, true);
            Linear conv1d = Linear.conv1d(scope.at("b"), in, out, true, Init.zeros());
            randomise(scope);
            Storage x = random(n, in);
            float[] expected = new float[n * out];
            for (int i = 0; i < n; i++) {
                for (int o = 0; o < out; o++) {
                    double sum = linear.bias().storage().get(o);
                    for (int k = 0; k < in; k++) {
                        sum += x.get(i * in + k) * linear.weight().storage().get(o * in + k);
                        conv1d.weight().storage().set(k * out + o, linear.weight().storage().get(o * in + k));
                    }
                    expected[i * out + o] = (float) sum;
                }
            }
            conv1d.bias().storage().set(linear.bias().storage());
            assertClose(expected, run(linear, x));
            assertClose(expected, run(conv1d, x));
        }
    }

    @Test
    void layerNormAndRmsNorm() {
        int rows = 3;
        int width = 13;
        Scope scope = Scope.root(1);
        LayerNorm layer = new LayerNorm(scope.at("ln"), width, true);
        RmsNorm rms = new RmsNorm(scope.at("rms"), width);
        randomise(scope);
        Storage x = random(rows, width);
        float[] byLayer = new float[rows * width];
        float[] byRms = new float[rows * width];
        for (int r = 0; r < rows; r++) {
            double mean = 0;
            double square = 0;
            for (int i = 0; i < width; i++) {
                mean += x.get(r * width + i) / width;
                square += x.get(r * width + i) * x.get(r * width + i) / width;
            }
            double variance = square - mean * mean;
            for (int i = 0; i < width; i++) {
                double v = x.get(r * width + i);
                byLayer[r * width + i] = (float) ((v - mean) / Math.sqrt(variance + 1e-5)
                        * layer.weight().storage().get(i) + layer.bias().storage().get(i));
                byRms[r * width + i] = (float) (v / Math.sqrt(square + 1e-6) * rms.weight().storage().get(i));
            }
        }
        assertClose(byLayer, run(layer, x));
        assertClose(byRms, run(rms, x));
    }

    @Test
    void groupAndInstanceNorm() {
        int channels = 6;
        int places = 7;
        Scope scope = Scope.root(1);
        GroupNorm grouped = new GroupNorm(scope.at("g"), 2, channels);
        randomise(scope);
        Storage x = random(2, channels, places);
        assertClose(normalised(x, 3 * places, grouped), run(grouped, x));
        GroupNorm instance = GroupNorm.instanceNorm("i", channels);
        assertClose(normalised(x, places, instance), run(instance, x));
    }

    /** (2, 6, 7), so many neighbours being normalised together. */
    private static float[] normalised(Storage x, int together, GroupNorm norm) {
        float[] y = new float[(int) x.numel()];
        for (int from = 0; from < y.length; from += together) {
            double mean = 0;
            double square = 0;
            for (int i = from; i < from + together; i++) {
                mean += x.get(i) / together;
                square += x.get(i) * x.get(i) / together;
            }
            for (int i = from; i < from + together; i++) {
                int channel = i / 7 % 6;
                double gain = norm.weight() == null ? 1 : norm.weight().storage().get(channel);
                double shift = norm.bias() == null ? 0 : norm.bias().storage().get(channel);
                y[i] = (float) ((x.get(i) - mean) / Math.sqrt(square - mean * mean + 1e-5) * gain + shift);
            }
        }
        return y;
    }

    @Test
    void batchNormKeepsRunningStatisticsInTrainingAndUsesThemAfterwards() {
        Scope scope = Scope.root(1);
        BatchNorm norm = new BatchNorm(scope.at("bn"), 1);
        Storage x = Storage.of(Shape.of(2, 1, 2), 1f, 2f, 3f, 6f);      // mean 3, variance 3.5, unbiased 14/3
        Graph g = new Graph(true);
        g.output("y", norm.apply(g.constant(x)));
        try (Program p = g.compile(Executors.best())) {
            p.run();
            assertEquals(-2 / Math.sqrt(3.5 + 1e-5), p.output("y").get(0), 1e-5);
        }
        assertEquals(0.3, norm.runningMean().storage().get(0), 1e-5);
        assertEquals(0.9 + 0.1 * 14 / 3, norm.runningVar().storage().get(0), 1e-5);
        assertEquals((1 - 0.3) / Math.sqrt(0.9 + 0.1 * 14 / 3 + 1e-5), run(norm, x)[0], 1e-5);
        assertEquals(2, scope.parameters().buffers().size());
    }

    @Test
    void dropoutKeepsTheMeanAndIsOffInInference() {
        Graph g = new Graph(true);
        g.randomFrom(new State("random", Storage.of(Shape.of(2), 5, 0)));
        g.output("y", new Dropout(0.25).apply(g.fill(1, Shape.of(4098))));
        try (Program p = g.compile(Executors.best())) {
            p.run();
            double sum = 0;
            for (float y : p.output("y").floats()) {
                assertEquals(y > 0 ? 1 / 0.75 : 0, y, 1e-6);
                sum += y / 4098;
            }
            assertEquals(1, sum, 0.05);
        }
        Storage x = random(8);
        assertClose(x.floats(), run(new Dropout(0.25), x));
    }

    @Test
    void convolutionAndItsAdjoint() {
        Scope scope = Scope.root(1);
        Convolution.Config config = Convolution.Config.same(1, 2, 3, 3).withStride(2);
        Convolution down = new Convolution(scope.at("down"), config);
        Convolution up = Convolution.transposed(scope.at("up"), config.withoutBias(), 0, Init.zeros());
        randomise(scope);
        Storage x = random(1, 2, 7);
        float[] expected = new float[3 * 4];
        for (int o = 0; o < 3; o++) {
            for (int t = 0; t < 4; t++) {
                double sum = down.bias().storage().get(o);
                for (int c = 0; c < 2; c++) {
                    for (int k = 0; k < 3; k++) {
                        int at = 2 * t + k - 1;
                        sum += at < 0 || at >= 7 ? 0
                                : x.get(c * 7 + at) * down.weight().storage().get((o * 2 + c) * 3 + k);
                    }
                }
                expected[o * 4 + t] = (float) sum;
            }
        }
        assertClose(expected, run(down, x));

        float[] raised = new float[3 * 7];
        Storage small = random(1, 2, 4);
        for (int c = 0; c < 2; c++) {
            for (int t = 0; t < 4; t++) {
                for (int o = 0; o < 3; o++) {
                    for (int k = 0; k < 3; k++) {
                        int at = 2 * t + k - 1;
                        if (at >= 0 && at < 7) {
                            raised[o * 7 + at] += small.get(c * 4 + t) * up.weight().storage().get((c * 3 + o) * 3 + k);
                        }
                    }
                }
            }
        }
        assertClose(raised, run(up, small));
    }

    @Test
    void pictureConvolutionKeepsItsSize() {
        Convolution conv = new Convolution(Scope.root(1).at("c"), Convolution.Config.same(2, 4, 6, 3).withGroups(2));
        assertEquals(Shape.of(1, 6, 5, 8), conv.apply(new Graph().constant(random(1, 4, 5, 8))).shape());
    }

    @Test
    void shortConvolutionLooksBackOnly() {
        Scope scope = Scope.root(1);
        ShortConvolution conv = new ShortConvolution(scope.at("c"), 3, 2);
        randomise(scope);
        Storage w = conv.weight().storage();
        Storage x = random(1, 4, 2);
        float[] expected = new float[8];
        for (int t = 0; t < 4; t++) {
            for (int c = 0; c < 2; c++) {
                double sum = x.get(t * 2 + c);
                for (int j = 0; j < 3 && j <= t; j++) {
                    sum += w.get(j * 2 + c) * x.get((t - j) * 2 + c);
                }
                expected[t * 2 + c] = (float) sum;
            }
        }
        assertClose(expected, run(conv, x));
    }

    @Test
    void groupedCrossAttentionWithDistances() {
        int heads = 4;
        int size = 3;
        int t = 2;
        int s = 5;
        Scope scope = Scope.root(1);
        Attention attention = new Attention(scope.at("a"),
                new Attention.Config(heads, 2, size, false, false, null, true), 8, 6, false);
        randomise(scope);
        Storage x = random(1, t, 8);
        Storage context = random(1, s, 6);
        float[] q = project(scope, "a.q.weight", x, t);
        float[] k = project(scope, "a.k.weight", context, s);
        float[] v = project(scope, "a.v.weight", context, s);
        Storage mixed = new Storage(DType.F32, Shape.of(1, t, heads * size));
        for (int h = 0; h < heads; h++) {
            double slope = Math.pow(2, -8.0 * (h + 1) / heads);
            for (int i = 0; i < t; i++) {
                double[] weight = new double[s];
                double total = 0;
                for (int j = 0; j < s; j++) {
                    double score = 0;
                    for (int d = 0; d < size; d++) {
                        score += q[(i * heads + h) * size + d] * k[(j * 2 + h / 2) * size + d];
                    }
                    weight[j] = Math.exp(score / Math.sqrt(size) - slope * (s - t + i - j));
                    total += weight[j];
                }
                for (int d = 0; d < size; d++) {
                    double sum = 0;
                    for (int j = 0; j < s; j++) {
                        sum += weight[j] / total * v[(j * 2 + h / 2) * size + d];
                    }
                    mixed.set((i * heads + h) * size + d, (float) sum);
                }
            }
        }
        float[] expected = project(scope, "a.out.weight", mixed, t);
        Graph g = new Graph();
        assertClose(expected, attention.apply(g.constant(x), g.constant(context)).eval().floats());
    }

    private static float[] project(Scope scope, String name, Storage x, int rows) {
        Storage w = scope.parameters().get(name).storage();
        int in = w.shape().dim(1);
        int out = w.shape().dim(0);
        float[] y = new float[rows * out];
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < in; k++) {
                y[i] += x.get(i / out * in + k) * w.get(i % out * in + k);
            }
        }
        return y;
    }

    @Test
    void rotaryPositionsDependOnTheDistanceAlone() {
        Rotary rotary = new Rotary(8, 10_000, false);
        Storage q = random(1, 1, 1, 8);
        Storage k = random(1, 1, 1, 8);
        float[] products = new float[2];
        for (int i = 0; i < 2; i++) {
            Graph g = new Graph();
            Tensor at = g.constant(Storage.of(Shape.of(1), 3 + 10 * i));
            Tensor before = g.constant(Storage.of(Shape.of(1), 1 + 10 * i));
            products[i] = rotary.apply(g.constant(q), at, 32).mul(rotary.apply(g.constant(k), before, 32)).sum().eval()
                    .scalar();
        }
        assertEquals(products[0], products[1], 1e-5);
    }

    @Test
    void activations() {
        float[] x = {-2, -0.5f, 0, 1.5f};
        Storage in = Storage.of(Shape.of(4), x);
        for (int i = 0; i < 4; i++) {
            double v = x[i];
            double sigmoid = 1 / (1 + Math.exp(-v));
            double tanh = Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v));
            assertEquals(Math.max(v, 0), run(Activation.RELU, in)[i], 1e-6);
            assertEquals(v > 0 ? v * v : 0, run(Activation.RELU2, in)[i], 1e-6);
            assertEquals(v > 0 ? v : 0.1 * v, run(Activation.LEAKY_RELU, in)[i], 1e-6);
            assertEquals(0.5 * v * (1 + tanh), run(Activation.GELU_TANH, in)[i], 1e-5);
            assertEquals(0.5 * v * (1 + tanh), run(Activation.GELU, in)[i], 1e-3);
            assertEquals(v * sigmoid, run(Activation.SILU, in)[i], 1e-5);
        }
    }

    @Test
    void gatedMlp() {
        Scope scope = Scope.root(1);
        Mlp mlp = Mlp.swiGlu(scope.at("mlp"), 5, 7);
        randomise(scope);
        Storage x = random(2, 5);
        float[] up = project(scope, "mlp.up.weight", x, 2);
        float[] gate = project(scope, "mlp.gate.weight", x, 2);
        Storage hidden = new Storage(DType.F32, Shape.of(2, 7));
        for (int i = 0; i < up.length; i++) {
            hidden.set(i, (float) (gate[i] / (1 + Math.exp(-gate[i])) * up[i]));
        }
        assertClose(project(scope, "mlp.down.weight", hidden, 2), run(mlp, x));
    }

    @Test
    void sinusoidalPositions() {
        float[] y = run(new SinusoidalPositions(4, 10_000), Storage.of(Shape.of(2), 0, 3));
        assertClose(new float[] {1, 1, 0, 0, (float) Math.cos(3), (float) Math.cos(0.03), (float) Math.sin(3),
                (float) Math.sin(0.03)}, y);
    }

    @Test
    void errorsNameTheLayer() {
        Linear q = new Linear(Scope.root(1).at("h").at(3).at("attn").at("q"), 96, 128, false);
        ShapeError e = assertThrows(ShapeError.class, () -> q.apply(new Graph().constant(random(4, 64))));
        assertEquals("h.3.attn.q: matmul [4, 64] × [96, 128]: inner sizes 64 and 96 differ", e.getMessage());
    }
}
