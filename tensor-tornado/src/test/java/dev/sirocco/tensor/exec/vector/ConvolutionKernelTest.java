package dev.sirocco.tensor.exec.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.vector.ConvolutionShape.Spatial;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionKernelTest {

    private static final Arena ARENA = Arena.ofShared();
    private static final Workers WORKERS = new Workers(2);
    private static final Random RANDOM = new Random(1);

    @AfterAll
    static void close() {
        WORKERS.close();
    }

    /** A convolution and the shapes of its operands. */
    record Case(Convolution op, Shape x, Shape w) {

        static Case of(Shape x, Shape w, int stride, int pad, int dilation, int groups) {
            return new Case(Convolution.same(x.rank() - 2, stride, pad, dilation, groups), x, w);
        }

        Shape y() {
            return op.infer(List.of(new TensorType(x, DType.F32), new TensorType(w, DType.F32))).getFirst().shape();
        }

        ConvolutionShape shape() {
            return ConvolutionShape.of(op, x, w, y());
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                Case.of(Shape.of(2, 3, 7, 13), Shape.of(5, 3, 3, 3), 1, 1, 1, 1),
                Case.of(Shape.of(3, 17, 13, 17), Shape.of(33, 17, 3, 2), 2, 1, 1, 1),
                Case.of(Shape.of(1, 1, 1, 1), Shape.of(1, 1, 1, 1), 1, 0, 1, 1),
                Case.of(Shape.of(2, 5, 1, 1), Shape.of(3, 5, 3, 3), 1, 1, 1, 1),
                Case.of(Shape.of(2, 4, 2, 3), Shape.of(6, 4, 5, 5), 1, 2, 1, 1),
                Case.of(Shape.of(2, 6, 17, 9), Shape.of(4, 3, 3, 3), 2, 2, 2, 2),
                Case.of(Shape.of(2, 6, 9, 8), Shape.of(12, 1, 3, 3), 1, 1, 1, 6),
                Case.of(Shape.of(2, 17, 8, 8), Shape.of(40, 17, 1, 1), 1, 0, 1, 1),
                Case.of(Shape.of(2, 17, 9, 7), Shape.of(40, 17, 1, 1), 2, 0, 1, 1),
                Case.of(Shape.of(1, 3, 12, 12), Shape.of(2, 3, 2, 2), 3, 0, 1, 1),
                Case.of(Shape.of(2, 33, 25), Shape.of(7, 33, 7), 1, 3, 1, 1),
                Case.of(Shape.of(3, 2, 50), Shape.of(4, 2, 4), 4, 1, 3, 1),
                Case.of(Shape.of(2, 3, 5, 6, 7), Shape.of(4, 3, 3, 2, 3), 1, 1, 1, 1),
                Case.of(Shape.of(1, 4, 7, 6, 9), Shape.of(4, 2, 3, 3, 3), 2, 1, 1, 2),
                Case.of(Shape.of(1, 300, 5, 5), Shape.of(9, 300, 2, 2), 1, 0, 1, 1),
                new Case(new Convolution(List.of(2, 1), List.of(0, 2), List.of(1, 0), List.of(1, 2), 1),
                        Shape.of(2, 3, 9, 10), Shape.of(4, 3, 3, 2)),
                // as products of matrices
                Case.of(Shape.of(3, 17, 7, 7), Shape.of(40, 17, 1, 1), 1, 0, 1, 1),
                Case.of(Shape.of(2, 5, 8, 13), Shape.of(3, 5, 1, 1), 1, 0, 1, 1),
                Case.of(Shape.of(9, 1, 5, 5), Shape.of(13, 1, 1, 1), 1, 0, 1, 1),
                Case.of(Shape.of(1, 65, 4098), Shape.of(17, 65, 1), 1, 0, 1, 1),
                Case.of(Shape.of(2, 8, 3, 4, 5), Shape.of(7, 8, 1, 1, 1), 1, 0, 1, 1),
                // channel by channel
                Case.of(Shape.of(2, 5, 13, 17), Shape.of(5, 1, 7, 7), 1, 3, 1, 5),
                Case.of(Shape.of(3, 3, 33, 70), Shape.of(3, 1, 3, 3), 1, 1, 1, 3),
                Case.of(Shape.of(2, 4, 15, 18), Shape.of(4, 1, 3, 3), 2, 1, 1, 4),
                Case.of(Shape.of(2, 4, 15, 18), Shape.of(4, 1, 3, 2), 3, 2, 2, 4),
                Case.of(Shape.of(2, 4, 6, 6), Shape.of(4, 1, 1, 1), 2, 0, 1, 4),
                Case.of(Shape.of(2, 7, 100), Shape.of(7, 1, 7), 1, 3, 1, 7),
                Case.of(Shape.of(2, 3, 4, 5, 19), Shape.of(3, 1, 3, 3, 3), 1, 1, 1, 3),
                // by Winograd's method
                Case.of(Shape.of(9, 33, 4, 4), Shape.of(17, 33, 3, 3), 1, 1, 1, 1),
                Case.of(Shape.of(4, 16, 8, 8), Shape.of(16, 16, 3, 3), 1, 1, 1, 1),
                Case.of(Shape.of(2, 17, 13, 18), Shape.of(37, 17, 3, 3), 1, 1, 1, 1),
                Case.of(Shape.of(1, 20, 40, 33), Shape.of(19, 20, 3, 3), 1, 0, 1, 1),
                Case.of(Shape.of(1, 16, 20, 300), Shape.of(16, 16, 3, 3), 1, 2, 1, 1),
                Case.of(Shape.of(33, 130, 4, 4), Shape.of(70, 130, 3, 3), 1, 1, 1, 1),
                new Case(new Convolution(List.of(1, 1), List.of(0, 2), List.of(1, 3), List.of(1, 1), 1),
                        Shape.of(2, 16, 15, 12), Shape.of(18, 16, 3, 3)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithItsDefinition(Case c) {
        MemorySegment x = random(c.x);
        MemorySegment w = random(c.w);
        MemorySegment dy = random(c.y());
        MemorySegment y = empty(c.y());
        MemorySegment dx = empty(c.x);
        MemorySegment dw = empty(c.w);
        bind(c.op, List.of(c.x, c.w), List.of(x, w), List.of(y)).run(WORKERS);
        bindBackward(c.op, List.of(c.x, c.w), List.of(x, w, y, dy), Arrays.asList(dx, dw)).run(WORKERS);

        double[] expectedY = new double[floats(y).length];
        double[] expectedX = new double[floats(x).length];
        double[] expectedW = new double[floats(w).length];
        float[] fx = floats(x);
        float[] fw = floats(w);
        float[] fdy = floats(dy);
        visit(c.shape(), (i, j, k) -> {
            expectedY[k] += (double) fx[i] * fw[j];
            expectedX[i] += (double) fdy[k] * fw[j];
            expectedW[j] += (double) fdy[k] * fx[i];
        });
        ConvolutionShape s = c.shape();
        assertClose(expectedY, y, s.groupChannels() * s.taps());
        assertClose(expectedX, dx, s.groupOutputs() * s.taps());
        assertClose(expectedW, dw, s.n() * s.out().volume());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theTransposedOneIsItsAdjoint(Case c) {
        TransposedConvolution op = transposed(c);
        if (op == null) {
            return;
        }
        MemorySegment x = random(c.y());
        MemorySegment w = random(c.w);
        MemorySegment dy = random(c.x);
        MemorySegment y = empty(c.x);
        MemorySegment dx = empty(c.y());
        MemorySegment dw = empty(c.w);
        bind(op, List.of(c.y(), c.w), List.of(x, w), List.of(y)).run(WORKERS);
        bindBackward(op, List.of(c.y(), c.w), List.of(x, w, y, dy), Arrays.asList(dx, dw)).run(WORKERS);

        double[] expectedY = new double[floats(y).length];
        double[] expectedX = new double[floats(x).length];
        double[] expectedW = new double[floats(w).length];
        float[] fx = floats(x);
        float[] fw = floats(w);
        float[] fdy = floats(dy);
        visit(c.shape(), (i, j, k) -> {
            expectedY[i] += (double) fx[k] * fw[j];
            expectedX[k] += (double) fdy[i] * fw[j];
            expectedW[j] += (double) fdy[i] * fx[k];
        });
        ConvolutionShape s = c.shape();
        assertClose(expectedY, y, s.groupOutputs() * s.taps());
        assertClose(expectedX, dx, s.groupChannels() * s.taps());
        assertClose(expectedW, dw, s.n() * s.out().volume());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasTheSameBitsForAnyNumberOfWorkers(Case c) {
        MemorySegment x = random(c.x);
        MemorySegment w = random(c.w);
        MemorySegment dy = random(c.y());
        List<List<float[]>> results = new ArrayList<>();
        for (int count = 1; count <= 3; count++) {
            MemorySegment y = empty(c.y());
            MemorySegment dx = empty(c.x);
            MemorySegment dw = empty(c.w);
            try (Workers workers = new Workers(count)) {
                bind(c.op, List.of(c.x, c.w), List.of(x, w), List.of(y)).run(workers);
                bindBackward(c.op, List.of(c.x, c.w), List.of(x, w, y, dy), Arrays.asList(dx, dw)).run(workers);
            }
            results.add(List.of(floats(y), floats(dx), floats(dw)));
        }
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(results.get(0).get(i), results.get(1).get(i));
            assertArrayEquals(results.get(0).get(i), results.get(2).get(i));
        }
    }

    @Test
    void computesOnlyTheGradientsThatAreAskedFor() {
        Case c = Case.of(Shape.of(2, 3, 7, 13), Shape.of(5, 3, 3, 3), 1, 1, 1, 1);
        List<MemorySegment> in = List.of(random(c.x), random(c.w), random(c.y()), random(c.y()));
        MemorySegment dx = empty(c.x);
        MemorySegment dw = empty(c.w);
        bindBackward(c.op, List.of(c.x, c.w), in, Arrays.asList(dx, null)).run(WORKERS);
        bindBackward(c.op, List.of(c.x, c.w), in, Arrays.asList(null, dw)).run(WORKERS);
        assertTrue(dx.get(ValueLayout.JAVA_FLOAT, 0) != 0);
        assertTrue(dw.get(ValueLayout.JAVA_FLOAT, 0) != 0);
    }

    @Test
    void winogradsMethodLosesLittle() {
        Case c = Case.of(Shape.of(4, 256, 8, 8), Shape.of(32, 256, 3, 3), 1, 1, 1, 1);
        assertTrue(Winograd.suits(c.shape()));
        MemorySegment x = random(c.x);
        MemorySegment w = random(c.w);
        MemorySegment fast = empty(c.y());
        MemorySegment direct = empty(c.y());
        WinogradCorrelation.forward(c.shape(), false).run(WORKERS, x.address(), w.address(), fast.address());
        Correlation.forward(c.shape()).run(WORKERS, x.address(), w.address(), direct.address());
        float[] a = floats(fast);
        float[] b = floats(direct);
        double error = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            error += (a[i] - b[i]) * (a[i] - b[i]);
            size += b[i] * b[i];
        }
        assertEquals(0, Math.sqrt(error / size), 5e-6);
    }

    /** The transposed convolution that is the adjoint of a case's, or null if there is none. */
    private static TransposedConvolution transposed(Case c) {
        if (!c.op.padLow().equals(c.op.padHigh())) {
            return null;
        }
        List<Integer> outputPad = new ArrayList<>();
        for (int i = 0; i < c.op.stride().size(); i++) {
            int least = (c.y().dim(2 + i) - 1) * c.op.stride().get(i) + (c.w.dim(2 + i) - 1) * c.op.dilation().get(i)
                    + 1 - 2 * c.op.padLow().get(i);
            outputPad.add(c.x.dim(2 + i) - least);
        }
        return new TransposedConvolution(c.op.stride(), c.op.padLow(), outputPad, c.op.dilation(), c.op.groups());
    }

    private interface Visitor {
        void multiply(int x, int w, int y);
    }

    /** All triples of elements that a convolution multiplies and adds. */
    private static void visit(ConvolutionShape s, Visitor visitor) {
        Spatial in = s.in();
        for (int y = 0; y < s.n() * s.outputs() * s.out().volume(); y++) {
            int place = y % s.out().volume();
            int o = y / s.out().volume() % s.outputs();
            int n = y / s.out().volume() / s.outputs();
            int group = o / s.groupOutputs();
            for (int c = 0; c < s.groupChannels(); c++) {
                for (int t = 0; t < s.taps(); t++) {
                    int d = at(s, 0, place / (s.out().h() * s.out().w()), t / (s.kernel().h() * s.kernel().w()));
                    int h = at(s, 1, place / s.out().w() % s.out().h(), t / s.kernel().w() % s.kernel().h());
                    int w = at(s, 2, place % s.out().w(), t % s.kernel().w());
                    if (d >= 0 && h >= 0 && w >= 0) {
                        int x = (((n * s.channels() + group * s.groupChannels() + c) * in.d() + d) * in.h() + h)
                                * in.w() + w;
                        visitor.multiply(x, (o * s.groupChannels() + c) * s.taps() + t, y);
                    }
                }
            }
        }
    }

    private static int at(ConvolutionShape s, int axis, int place, int tap) {
        int at = place * s.stride().get(axis) + tap * s.dilation().get(axis) - s.pad().get(axis);
        return at < s.in().get(axis) ? at : -1;
    }

    static Kernel bind(Composite op, List<Shape> shapes, List<MemorySegment> in, List<MemorySegment> out) {
        return bind(op, operands(shapes), in, out);
    }

    static Kernel bindBackward(Composite op, List<Shape> shapes, List<MemorySegment> in, List<MemorySegment> out) {
        List<Tensor> operands = operands(shapes);
        Tensor y = operands.getFirst().graph().add(op, operands.toArray(new Tensor[0]));
        List<Tensor> all = new ArrayList<>(operands);
        all.add(y);
        all.add(y.graph().input("dy", y.dtype(), y.shape()));
        return bind(new Backward(op, operands.size()), all, in, out);
    }

    private static List<Tensor> operands(List<Shape> shapes) {
        Graph graph = new Graph();
        List<Tensor> operands = new ArrayList<>();
        for (Shape s : shapes) {
            operands.add(graph.input("in" + operands.size(), DType.F32, s));
        }
        return operands;
    }

    private static Kernel bind(Op op, List<Tensor> operands, List<MemorySegment> in, List<MemorySegment> out) {
        Node node = operands.getFirst().graph().add(op, operands);
        List<View> inViews = new ArrayList<>();
        List<View> outViews = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            inViews.add(View.contiguous(in.get(i).address(), DType.F32, operands.get(i).shape()));
        }
        for (int i = 0; i < out.size(); i++) {
            outViews.add(out.get(i) == null ? null
                    : View.contiguous(out.get(i).address(), DType.F32, node.types().get(i).shape()));
        }
        return Kernels.of(op).bind(node, inViews, outViews);
    }

    /** Exactly as long as the tensor, in memory full of NaN. */
    static MemorySegment empty(Shape shape) {
        MemorySegment memory = ARENA.allocate(4 * shape.numel() + 512, 64);
        for (long i = 0; i < memory.byteSize() / 4; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
        }
        return memory.asSlice(256, 4 * shape.numel());
    }

    static MemorySegment random(Shape shape) {
        MemorySegment memory = empty(shape);
        for (long i = 0; i < shape.numel(); i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, RANDOM.nextFloat() - 0.5f);
        }
        return memory;
    }

    static float[] floats(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_FLOAT);
    }

    /** With an error such as that of Winograd's method, which is some ten times that of a plain sum. */
    static void assertClose(double[] expected, MemorySegment actual, int terms) {
        double tolerance = 5e-6 * (1 + Math.sqrt(terms));
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual.getAtIndex(ValueLayout.JAVA_FLOAT, i), tolerance, "element " + i);
        }
        MemorySegment around = MemorySegment.ofAddress(actual.address() - 256).reinterpret(actual.byteSize() + 512);
        assertTrue(Float.isNaN(around.get(ValueLayout.JAVA_FLOAT, 252)), "written in front");
        assertTrue(Float.isNaN(around.get(ValueLayout.JAVA_FLOAT, 256 + actual.byteSize())), "written behind");
    }
}
