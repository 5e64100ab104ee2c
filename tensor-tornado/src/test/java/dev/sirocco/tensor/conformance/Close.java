package dev.sirocco.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import java.util.Arrays;
import java.util.Map;

/** How near two executors' numbers must be. */
final class Close {

    /** A few roundings of an F32. */
    private static final double ROUNDING = 1e-6;

    /** Of numbers around 1 that cancel out, this may be left. */
    private static final double REST = 5e-7;

    private Close() {}

    static void run(Program program, Map<String, Storage> inputs) {
        inputs.forEach((name, storage) -> program.input(name).set(storage));
        program.run();
    }

    /** All outputs of two programs for a graph. */
    static void assertOutputs(Graph graph, Program expected, Program actual, int terms) {
        graph.outputs().keySet().forEach(name ->
                assertClose(name, expected.output(name), actual.output(name), terms));
    }

    /** @param terms the errors of sums of as many numbers of similar size are allowed */
    static void assertClose(String name, Storage expected, Storage actual, int terms) {
        if (expected.dtype() == DType.I32 || expected.dtype() == DType.I8) {
            assertArrayEquals(expected.ints(), actual.ints(), name);
            return;
        }
        float[] want = expected.floats();
        float[] got = actual.floats();
        double scale = scale(want);
        double relative = switch (expected.dtype()) {
            case BF16 -> 0x1p-7;                                         // a neighbour, after a tie broken otherwise
            case F16 -> 0x1p-10;
            default -> ROUNDING * (3 + Math.sqrt(terms));
        };
        for (int i = 0; i < want.length; i++) {
            boolean isSame = Float.compare(want[i], got[i]) == 0 || want[i] == got[i];
            if (!isSame && !(Math.abs(want[i] - got[i]) <= relative * (Math.abs(want[i]) + scale) + REST)) {
                fail("%s %s: element %d of %d is %s, not %s".formatted(
                        name, expected.shape(), i, want.length, got[i], want[i]));
            }
        }
    }

    /** The root mean square of the finite numbers: what errors are compared with where terms cancel out. */
    private static double scale(float[] x) {
        double squares = 0;
        int n = 0;
        for (float v : x) {
            if (Float.isFinite(v)) {
                squares += (double) v * v;
                n++;
            }
        }
        return n == 0 ? 0 : Math.sqrt(squares / n);
    }

    /** The same bits. */
    static void assertSameBits(String name, Storage expected, Storage actual) {
        assertArrayEquals(Arrays.stream(expected.dtype() == DType.I32 ? expected.ints() : bits(expected)).toArray(),
                expected.dtype() == DType.I32 ? actual.ints() : bits(actual), name);
    }

    private static int[] bits(Storage s) {
        int[] bits = new int[Math.toIntExact(s.numel())];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(s.get(i));
        }
        return bits;
    }
}
