package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.ConvolutionKernelTest.assertClose;
import static dev.sirocco.tensor.exec.vector.ConvolutionKernelTest.bind;
import static dev.sirocco.tensor.exec.vector.ConvolutionKernelTest.bindBackward;
import static dev.sirocco.tensor.exec.vector.ConvolutionKernelTest.empty;
import static dev.sirocco.tensor.exec.vector.ConvolutionKernelTest.floats;
import static dev.sirocco.tensor.exec.vector.ConvolutionKernelTest.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.sirocco.tensor.exec.vector.ConvolutionShape.Spatial;
import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoolingKernelTest {

    private static final Workers WORKERS = new Workers(2);

    record Case(Composite op, Shape x) {

        static Case max(Shape x, int kernel, int stride, int pad, int dilation) {
            return new Case(MaxPool.same(x.rank() - 2, kernel, stride, pad, dilation), x);
        }

        static Case average(Shape x, int kernel, int stride, int pad) {
            return new Case(AveragePool.same(x.rank() - 2, kernel, stride, pad), x);
        }

        Shape y() {
            return op.infer(List.of(new TensorType(x, DType.F32))).getFirst().shape();
        }

        ConvolutionShape shape() {
            return op instanceof MaxPool pool ? ConvolutionShape.of(pool, x, y())
                    : ConvolutionShape.of((AveragePool) op, x, y());
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                Case.max(Shape.of(2, 3, 8, 8), 2, 2, 0, 1),
                Case.max(Shape.of(1, 5, 17, 40), 3, 2, 1, 1),
                Case.max(Shape.of(2, 2, 13, 7), 3, 1, 1, 2),
                Case.max(Shape.of(2, 1, 1, 1), 3, 1, 1, 1),
                Case.max(Shape.of(2, 3, 100), 4, 3, 2, 1),
                Case.max(Shape.of(1, 2, 5, 6, 7), 2, 2, 0, 1),
                Case.max(Shape.of(1, 2, 9, 9), 1, 2, 0, 1),
                Case.average(Shape.of(2, 3, 8, 8), 2, 2, 0),
                Case.average(Shape.of(1, 5, 17, 40), 3, 2, 1),
                Case.average(Shape.of(2, 7, 4, 4), 4, 4, 0),
                Case.average(Shape.of(2, 3, 7, 13), 3, 1, 1),
                Case.average(Shape.of(2, 3, 100), 5, 2, 2),
                Case.average(Shape.of(1, 2, 5, 6, 7), 2, 1, 1));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithItsDefinition(Case c) {
        MemorySegment x = random(c.x);
        // some equal maxima
        for (int i = 0; i + 1 < c.x.numel(); i += 3) {
            x.setAtIndex(ValueLayout.JAVA_FLOAT, i + 1, x.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        MemorySegment dy = random(c.y());
        MemorySegment y = empty(c.y());
        MemorySegment dx = empty(c.x);
        bind(c.op, List.of(c.x), List.of(x), List.of(y)).run(WORKERS);
        bindBackward(c.op, List.of(c.x), List.of(x, y, dy), Arrays.asList(dx)).run(WORKERS);

        float[] fx = floats(x);
        float[] fdy = floats(dy);
        double[] expectedY = new double[(int) c.y().numel()];
        double[] expectedX = new double[fx.length];
        ConvolutionShape s = c.shape();
        for (int i = 0; i < expectedY.length; i++) {
            List<Integer> window = window(s, i);
            if (c.op instanceof MaxPool) {
                double largest = window.stream().mapToDouble(e -> fx[e]).max().orElseThrow();
                List<Integer> equal = window.stream().filter(e -> fx[e] == largest).toList();
                expectedY[i] = largest;
                for (int e : equal) {
                    expectedX[e] += (double) fdy[i] / equal.size();
                }
            } else {
                expectedY[i] = window.stream().mapToDouble(e -> fx[e]).sum() / s.taps();
                for (int e : window) {
                    expectedX[e] += (double) fdy[i] / s.taps();
                }
            }
        }
        assertClose(expectedY, y, s.taps());
        assertClose(expectedX, dx, s.taps());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hasTheSameBitsForAnyNumberOfWorkers(Case c) {
        MemorySegment x = random(c.x);
        MemorySegment dy = random(c.y());
        List<float[]> results = new ArrayList<>();
        for (int count = 1; count <= 3; count++) {
            MemorySegment y = empty(c.y());
            MemorySegment dx = empty(c.x);
            try (Workers workers = new Workers(count)) {
                bind(c.op, List.of(c.x), List.of(x), List.of(y)).run(workers);
                bindBackward(c.op, List.of(c.x), List.of(x, y, dy), Arrays.asList(dx)).run(workers);
            }
            results.add(floats(dx));
        }
        assertArrayEquals(results.get(0), results.get(1));
        assertArrayEquals(results.get(0), results.get(2));
    }

    /** The elements of x that a place sees. */
    private static List<Integer> window(ConvolutionShape s, int y) {
        List<Integer> elements = new ArrayList<>();
        Spatial k = s.kernel();
        int place = y % s.out().volume();
        for (int t = 0; t < s.taps(); t++) {
            int d = at(s, 0, place / (s.out().h() * s.out().w()), t / (k.h() * k.w()));
            int h = at(s, 1, place / s.out().w() % s.out().h(), t / k.w() % k.h());
            int w = at(s, 2, place % s.out().w(), t % k.w());
            if (d >= 0 && h >= 0 && w >= 0) {
                elements.add(((y / s.out().volume() * s.in().d() + d) * s.in().h() + h) * s.in().w() + w);
            }
        }
        return elements;
    }

    private static int at(ConvolutionShape s, int axis, int place, int tap) {
        int at = place * s.stride().get(axis) + tap * s.dilation().get(axis) - s.pad().get(axis);
        return at < s.in().get(axis) ? at : -1;
    }
}
