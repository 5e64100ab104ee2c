package dev.sirocco.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.Silu;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Element-wise ops on every pair of zeros, infinities, NaN, subnormals and the borders of overflow, to a few ulp. */
class SpecialValuesTest {

    private static final float[] VALUES = {0f, -0f, 1f, -1f, 0.5f, -0.5f, 2f, 3f, -3f, 1e-3f, -1e-3f, 0.999999f, 7.5f,
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1.5e38f, -1.5e38f, Float.MIN_NORMAL,
        1e-40f, -1e-40f, 1e-30f, 1e30f, -1e30f, 88.5f, 88.8f, -87.2f, -103f, 12.5f, -12.5f, 8388609f, -8388609f, 300f,
        -300f, 65520f, 70000f, 2147483648f, -2147483904f, 1.00390625f, 1.01171875f, 5.9f, -5.9f, 3.25f};

    /** What is less, subnormals and a little more, may be taken for 0. */
    private static final double NOTHING = 2 * Float.MIN_NORMAL;
    private static final double FEW_ULP = 5e-7;
    /** Of 1 + erf x, and the like, this much is lost. */
    private static final double REST = 1e-7;

    static Stream<Arguments> ops() {
        List<Op> ops = new ArrayList<>();
        Stream.of(UnaryKind.values()).map(Op.Unary::new).forEach(ops::add);
        Stream.of(BinaryKind.values()).map(Op.Binary::new).forEach(ops::add);
        Stream.of(DType.values()).filter(t -> t != DType.F32).map(Op.Cast::new).forEach(ops::add);
        ops.addAll(List.of(new Gelu(false), new Gelu(true), new Silu(), new Op.Where()));
        return ops.stream().flatMap(op -> Stream.of(Candidate.values()).map(candidate -> Arguments.of(candidate, op)));
    }

    @ParameterizedTest
    @MethodSource("ops")
    void areTheReferences(Candidate candidate, Op op) {
        int n = VALUES.length;
        Graph g = new Graph();
        Tensor a = g.input("a", DType.F32, n * n);
        Tensor b = g.input("b", DType.F32, n * n);
        List<Tensor> operands = switch (op) {
            case Op.Binary _ -> List.of(a, b);
            case Op.Where _ -> List.of(a, b, a);
            default -> List.of(a);
        };
        g.output("y", g.add(op, operands).output());
        try (Program expected = g.compile(Executors.reference()); Program actual = g.compile(candidate.executor())) {
            for (Program p : List.of(expected, actual)) {
                for (int i = 0; i < n * n; i++) {
                    p.input("a").set(i, VALUES[i / n]);
                    p.input("b").set(i, VALUES[i % n]);
                }
                p.run();
            }
            assertNear(candidate, op, expected.output("y"), actual.output("y"));
        }
    }

    private static void assertNear(Candidate candidate, Op op, Storage expected, Storage actual) {
        double largest = op instanceof Op.Unary u && (u.kind() == UnaryKind.SIN || u.kind() == UnaryKind.COS)
                ? candidate.largestAngle() : Double.POSITIVE_INFINITY;
        double absolute = op instanceof Composite ? REST : NOTHING;
        StringBuilder wrong = new StringBuilder();
        for (int i = 0; i < expected.numel(); i++) {
            float want = expected.get(i);
            float got = actual.get(i);
            boolean isNear = Math.abs((double) want - got) <= FEW_ULP * Math.abs(want) + absolute;
            boolean isBeyond = Float.isFinite(VALUES[i / VALUES.length])
                    && Math.abs(VALUES[i / VALUES.length]) > largest;
            if (Float.compare(want, got) != 0 && want != got && !isNear && !isBeyond) {
                wrong.append("%n%s and %s: %s, not %s".formatted(
                        VALUES[i / VALUES.length], VALUES[i % VALUES.length], got, want));
            }
        }
        assertTrue(wrong.isEmpty(), op + " of" + wrong);
    }

    static Stream<Arguments> candidates() {
        return Stream.of(Candidate.values()).map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("candidates")
    void reductionsKeepNanAndInfinity(Candidate candidate) {
        float nan = Float.NaN;
        float inf = Float.POSITIVE_INFINITY;
        Graph g = new Graph();
        Tensor x = g.input("x", DType.F32, 6, 17);
        for (int axis = 0; axis < 2; axis++) {
            g.output("max" + axis, x.max(axis));
            g.output("sum" + axis, x.sum(axis));
            g.output("cumulative" + axis, x.cumulativeSum(axis));
        }
        Storage numbers = new Storage(DType.F32, Shape.of(6, 17));
        for (int i = 0; i < 17; i++) {
            numbers.set(i, -inf);
            numbers.set(17 + i, i == 13 ? nan : i);
            numbers.set(2 * 17 + i, i == 16 ? inf : -i);
            numbers.set(3 * 17 + i, i == 3 ? -inf : -i);
            numbers.set(4 * 17 + i, i == 3 ? -inf : i == 11 ? inf : i);
            numbers.set(5 * 17 + i, -1 - i);
        }
        try (Program expected = g.compile(Executors.reference()); Program actual = g.compile(candidate.executor())) {
            for (Program p : List.of(expected, actual)) {
                p.input("x").set(numbers);
                p.run();
            }
            Close.assertOutputs(g, expected, actual, 17);
        }
    }
}
